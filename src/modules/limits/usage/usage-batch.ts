import type { UsageEntry } from './usage-book.js';

/** What is written together. It counts once, however often it is brought to the database. */
export interface UsageBatch {
  /** The process that brings it, which brings one after another. */
  readonly writer: string;
  /** Greater than that of every batch the writer has brought before. */
  readonly number: number;
  readonly entries: readonly UsageEntry[];
  /** When it was first brought, in milliseconds since 1970. */
  readonly since: number;
}
