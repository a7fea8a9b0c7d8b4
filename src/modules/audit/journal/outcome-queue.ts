import type { SpoolRecord } from '../spool/spool-frame.js';
import type { SpoolTicket } from '../spool/spool-segment.js';
import type { ProjectRecord } from './to-draft.js';

/** To seal and link so many takes some milliseconds, in which no token passes. */
export const BATCH = { rows: 64, bytes: 8 * 1024 * 1024 };

/** An outcome that goes straight to the database. */
export interface Pending {
  readonly record: SpoolRecord;
  readonly project: ProjectRecord | undefined;
  readonly begun: SpoolTicket | undefined;
  /** Where it is in the spool already, as nobody waits for it. */
  readonly spooled: SpoolTicket | undefined;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Outcomes that have not been sent yet, the oldest first. */
export class OutcomeQueue {
  private all: Pending[] = [];
  /** How many of them hold up an answer. */
  private waiting = 0;

  get size(): number {
    return this.all.length;
  }

  get oldest(): Pending | undefined {
    return this.all[0];
  }

  /** Whether nobody waits for any of them, and there is room for more in a group. */
  get mayGather(): boolean {
    return this.waiting === 0 && this.all.length < BATCH.rows;
  }

  [Symbol.iterator](): Iterator<Pending> {
    return this.all.values();
  }

  add(pending: Pending): void {
    this.all.push(pending);
    if (pending.spooled === undefined) this.waiting += 1;
  }

  /** The first ones of one tenant: at least one, and no more than a statement should carry. */
  takeGroup(): Pending[] {
    const { tenant } = this.all[0]!.record;
    let count = 0;
    let bytes = 0;
    for (const { record } of this.all) {
      bytes += record.text.length;
      if (record.tenant !== tenant || count === BATCH.rows || (count > 0 && bytes > BATCH.bytes)) break;
      count += 1;
    }
    const group = this.all.splice(0, count);
    for (const { spooled } of group) if (spooled === undefined) this.waiting -= 1;
    return group;
  }

  takeAll(): Pending[] {
    this.waiting = 0;
    return this.all.splice(0);
  }
}
