import { Inject, Injectable } from '@nestjs/common';
import { ChainStatus, JournalStatus } from '../../audit/index.js';
import type { HealthPart, HealthSource } from '../health-part.js';

const NO_ROOM = 'the spool takes no more records';
const BROKEN = 'a chain is not what was signed of it';
/** The database may answer and take nothing all the same: with a full disk, or while others hold its tables. */
const LATE_MS = 10_000;

/** The record of generations. It has to find room somewhere, whatever the database does. */
@Injectable()
export class AuditSource implements HealthSource {
  constructor(
    @Inject(JournalStatus) private readonly journal: JournalStatus,
    @Inject(ChainStatus) private readonly chains: ChainStatus,
  ) {}

  get parts(): readonly HealthPart[] {
    return [this.part()];
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  private part(): HealthPart {
    const { mode, written, pending, lagMs, spoolBytes, lost, hasRoom } = this.journal.stats();
    const name = 'audit';
    if (mode === 'off') return { name, report: { status: 'disabled' } };
    if (!hasRoom) {
      const report = { status: 'unhealthy', error: NO_ROOM } as const;
      return mode === 'required' ? { name, report, blocks: NO_ROOM } : { name, report };
    }
    if (this.chains.stats.broken.size > 0) return { name, report: { status: 'unhealthy', error: BROKEN } };
    if (lagMs > LATE_MS) {
      const error = `${pending} records wait for the database, the first for ${Math.round(lagMs / 1000)} s`;
      return { name, report: { status: 'unhealthy', error } };
    }
    return {
      name,
      report: {
        status: 'healthy',
        mode,
        written,
        pending,
        lag_seconds: lagMs / 1000,
        spool_bytes: spoolBytes,
        lost,
      },
    };
  }
}
