import { Logger } from '@nestjs/common';
import { SmallSet } from '../../../common/small-set.js';
import { describeDatabaseError } from '../../../infrastructure/database/index.js';
import type { TenantChains } from '../chain/tenant-chains.js';
import type { Spool } from '../spool/spool.js';
import type { SpoolRecord } from '../spool/spool-frame.js';
import type { SpoolTicket } from '../spool/spool-segment.js';
import { OutcomeQueue, type Pending } from './outcome-queue.js';
import { RecordAppender } from './record-appender.js';
import { SpoolDrain } from './spool-drain.js';
import { type ProjectRecord, toDraft } from './to-draft.js';

/** Groups on their way at a time: the next one is made and sent while the database works. */
const MOST_FLIGHTS = 2;
const GATHER_MS = 100;
/** An answer waits so long for the database; then the spool takes its record, and the answer leaves. */
const PATIENCE_MS = 250;

/**
 * Brings outcomes into the database in groups, in their order. While the database is away, or slower than an answer
 * may wait, they go to the spool and from there, in their order, into the database; nobody waits for that.
 */
export class OutcomeWriter {
  private readonly logger = new Logger('AuditJournal');
  private readonly queue = new OutcomeQueue();
  private readonly flights = new SmallSet<readonly Pending[]>();
  /** Whether the spool is in between. */
  private isAway = false;
  private readonly sending = new SmallSet<Promise<void>>();
  private patience: NodeJS.Timeout | undefined;
  private isScheduled = false;
  private gathering: NodeJS.Timeout | undefined;
  private isClosing = false;
  private readonly appender: RecordAppender;
  private readonly drain: SpoolDrain;

  constructor(
    private readonly spool: Spool,
    chains: TenantChains,
  ) {
    this.appender = new RecordAppender(chains);
    this.drain = new SpoolDrain(spool, this.appender, () => (this.isAway = false));
    if (spool.waitingCount > 0) this.beginDraining();
  }

  get stats() {
    const direct = [...this.flying, ...this.queue];
    const waits = [
      performance.now() - (direct[0]?.since ?? Infinity),
      Date.now() - (this.spool.waitingSince ?? Infinity),
    ];
    const onlyHere = direct.filter(({ spooled }) => spooled === undefined).length;
    return {
      written: this.appender.written,
      pending: onlyHere + this.spool.waitingCount,
      lagMs: Math.max(0, ...waits),
    };
  }

  /** Resolves when the record is committed, or would survive a loss of power in the spool. */
  commit(record: SpoolRecord, begun: SpoolTicket | undefined, project?: ProjectRecord): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending = {
        record,
        project,
        begun,
        spooled: undefined,
        since: performance.now(),
        resolve,
        reject,
      };
      if (!this.isAway) this.enqueue(pending);
      else this.divert([pending]);
    });
  }

  /** Returns when the record outlives this process; it is committed soon. Throws when the spool cannot take it. */
  commitSoon(record: SpoolRecord, begun: SpoolTicket | undefined, project?: ProjectRecord): void {
    const spooled = this.spooled(record, begun);
    if (begun !== undefined) this.spool.settle(begun);
    if (this.isAway) return;
    const nobody = () => undefined;
    this.enqueue({
      record,
      project,
      begun: undefined,
      spooled,
      since: performance.now(),
      resolve: nobody,
      reject: nobody,
    });
  }

  /** The database may be back. */
  retryNow(): void {
    this.drain.retryNow();
  }

  /** Resolves when all is in the database, or the time is up: what is left then stays in the spool. */
  async close(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    this.isClosing = true;
    if (this.queue.size > 0) this.write();
    this.drain.hurry();
    await Promise.race([this.settled(), late]);
    clearTimeout(timer);
    this.drain.stop();
    clearTimeout(this.patience);
    const unwritten = [...this.flying, ...this.queue.takeAll()];
    this.flights.clear();
    this.divert(unwritten);
    await this.spool.sync().catch(() => undefined);
    const left = this.spool.waitingCount;
    if (left > 0) this.logger.warn(`${left} generations wait in the spool for the next start`);
  }

  private async settled(): Promise<void> {
    while (this.sending.size > 0 || this.drain.ended !== undefined || this.isScheduled) {
      await Promise.allSettled(this.sending);
      await (this.drain.ended ?? new Promise((resolve) => setImmediate(resolve)));
    }
  }

  private get flying(): readonly Pending[] {
    return [...this.flights].flat();
  }

  private enqueue(pending: Pending): void {
    this.queue.add(pending);
    this.patience ??= setTimeout(() => this.lookAtOldest(), PATIENCE_MS);
    if (this.flights.size < MOST_FLIGHTS) this.schedule();
  }

  private schedule(): void {
    if (this.mayGather) {
      this.gathering ??= setTimeout(() => this.write(), GATHER_MS);
      return;
    }
    if (this.isScheduled) return;
    // Whatever ends in this turn of the event loop goes together.
    this.isScheduled = true;
    setImmediate(() => this.write());
  }

  /** A statement costs more than a row, so what nobody waits for waits for company. */
  private get mayGather(): boolean {
    return this.queue.mayGather && !this.isClosing;
  }

  private write(): void {
    this.isScheduled = false;
    clearTimeout(this.gathering);
    this.gathering = undefined;
    while (this.queue.size > 0 && !this.isAway && this.flights.size < MOST_FLIGHTS) {
      const sent = this.send(this.queue.takeGroup()).finally(() => this.sending.delete(sent));
      this.sending.add(sent);
      if (this.queue.size > 0 && this.mayGather) return this.schedule();
    }
  }

  private async send(group: readonly Pending[]): Promise<void> {
    this.flights.add(group);
    try {
      await this.appender.append(
        group[0]!.record.tenant,
        group.map(({ record, project }) => toDraft(record.subject, record.text, project)),
      );
    } catch (error) {
      this.goAway(`generations wait in the spool: ${describeDatabaseError(error)}`);
    }
    // Otherwise the spool has it.
    if (this.flights.delete(group)) for (const pending of group) this.committed(pending);
    if (this.queue.size === 0 || this.isAway) return;
    if (this.mayGather) this.schedule();
    else this.write();
  }

  private committed({ begun, spooled, resolve }: Pending): void {
    if (begun !== undefined) this.spool.settle(begun);
    if (spooled !== undefined) this.spool.settle(spooled);
    resolve();
  }

  private lookAtOldest(): void {
    this.patience = undefined;
    const oldest = this.flying[0] ?? this.queue.oldest;
    if (oldest === undefined || this.isAway) return;
    const left = oldest.since + PATIENCE_MS - performance.now();
    if (left > 0) this.patience = setTimeout(() => this.lookAtOldest(), left);
    else this.goAway('generations wait in the spool: the database is slow');
  }

  /** From now on the spool comes first. What is on its way may arrive all the same; the chain knows it then. */
  private goAway(reason: string): void {
    if (this.isAway) return;
    this.logger.warn(reason);
    this.isAway = true;
    const caught = [...this.flying, ...this.queue.takeAll()];
    this.flights.clear();
    this.divert(caught);
    this.beginDraining();
  }

  /** Into the spool with it, and only then may its answer leave. */
  private divert(pending: readonly Pending[]): void {
    const taken = pending.filter((one) => {
      if (one.spooled !== undefined) return false;
      try {
        this.spooled(one.record, one.begun);
      } catch (error) {
        one.reject(error);
        return false;
      }
      return true;
    });
    if (taken.length === 0) return;
    this.spool.sync().then(
      () => {
        for (const { begun, resolve } of taken) {
          if (begun !== undefined) this.spool.settle(begun);
          resolve();
        }
      },
      (error: unknown) => {
        for (const { reject } of taken) reject(error);
      },
    );
  }

  /** Where it does not fit, what is known of its begin goes into the database all the same. */
  private spooled(record: SpoolRecord, begun: SpoolTicket | undefined): SpoolTicket {
    try {
      return this.spool.append(record);
    } catch (error) {
      if (begun !== undefined && !this.drain.isStopped) {
        this.spool.orphan(begun);
        this.beginDraining();
      }
      throw error;
    }
  }

  private beginDraining(): void {
    this.isAway = true;
    this.drain.begin(Promise.allSettled(this.sending));
  }
}
