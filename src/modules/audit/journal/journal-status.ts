import type { AuditConfig } from '../../../config/index.js';

export interface JournalStats {
  readonly mode: AuditConfig['mode'];
  /** Records that this process has brought into the database. */
  readonly written: number;
  /** Generations that were answered and are not on record. */
  readonly lost: number;
  /** Records that have yet to get into the database. */
  readonly pending: number;
  /** For how long the oldest of them has waited. */
  readonly lagMs: number;
  readonly spoolBytes: number;
  /** Whether there is room for another begin. */
  readonly hasRoom: boolean;
}

/** How the journal fares. */
export interface JournalStatus {
  stats(): JournalStats;
}

export const JournalStatus = Symbol('JournalStatus');
