import { SmallSet } from '../../../common/small-set.js';
import { ArrayWriter } from './array-writer.js';
import { APPEND, FIND_SUBJECTS, READ_HEAD } from './append-statement.js';
import { type AppendBatch, type Draft, linkDrafts } from './chain-entry.js';
import { type ChainPosition, GENESIS } from './chain-link.js';

/** Runs a prepared statement. */
export type RunStatement = <Row extends object>(
  statement: { readonly name: string; readonly text: string },
  values: readonly unknown[],
) => Promise<Row[]>;

/** What came of an append. */
export interface Appended {
  /** The last number. */
  readonly seq: number;
  /** How many drafts were not on record before. */
  readonly count: number;
}

/** Others may append at the same time, but one of them always gets through. */
const MAX_RACES = 50;
/** Batches on their way at a time: while the database works on one, the next one is made and sent. */
const MOST_FLIGHTS = 2;

/**
 * The chain of one tenant as this process appends to it. A batch is linked to the one before it while that is still on
 * its way: the database runs them in their order, and does nothing for one whose predecessor did not arrive. Several
 * processes may append: each takes the chain from where it knows its end to be, and looks again when it is not there any
 * more.
 */
export class TenantChain {
  /** Where the chain will end when all that is on its way has arrived; undefined where that has to be looked up. */
  private end: ChainPosition | undefined;
  private readonly flights = new SmallSet<Promise<unknown>>();
  /** Those that have to look go one by one, and alone. */
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private readonly spareArrays: ArrayWriter[] = [];

  constructor(
    private readonly tenant: string,
    private readonly run: RunStatement,
    /** The same for a statement that may take long. */
    private readonly runPatiently = run,
  ) {}

  /**
   * Resolves when all drafts are committed, in their order; those that were already on record are left out. Rejects when
   * it is not known whether they are: ask again with the same drafts. What was asked for after them may then come first.
   * Who is patient gives the database much more time.
   */
  append(drafts: readonly Draft[], isPatient = false): Promise<Appended> {
    const { end } = this;
    if (isPatient || end === undefined || this.waiting > 0 || this.flights.size >= MOST_FLIGHTS)
      return this.appendAlone(drafts, isPatient);
    return this.appendBehind(end, drafts);
  }

  /** What was appended may be there already, as after a start or by the hand of a process that died. */
  forget(): void {
    this.end = undefined;
  }

  private async appendBehind(end: ChainPosition, drafts: readonly Draft[]): Promise<Appended> {
    const after = await this.send(end, drafts);
    return after === undefined ? this.appendAlone(drafts) : { seq: after.seq, count: drafts.length };
  }

  private appendAlone(drafts: readonly Draft[], isPatient = false): Promise<Appended> {
    this.waiting += 1;
    const appended = this.turn.then(async () => {
      await Promise.allSettled(this.flights);
      return this.appendNow(drafts, isPatient ? this.runPatiently : this.run);
    });
    this.turn = appended.catch(() => undefined).then(() => (this.waiting -= 1));
    return appended;
  }

  private async appendNow(drafts: readonly Draft[], run: RunStatement): Promise<Appended> {
    for (let race = 0; race < MAX_RACES; race++) {
      const found = await this.lookUp(drafts);
      if (found === undefined) continue;
      const [before, left] = found;
      if (left.length === 0) return { seq: before.seq, count: 0 };
      const after = await this.send(before, left, run);
      if (after !== undefined) return { seq: after.seq, count: left.length };
    }
    throw new Error(`Too many others append to the chain of ${this.tenant}.`);
  }

  /** Gives where the chain ends then; undefined when it was not where the batch begins. */
  private async send(
    before: ChainPosition,
    drafts: readonly Draft[],
    run = this.run,
  ): Promise<ChainPosition | undefined> {
    const arrays = this.spareArrays.pop() ?? new ArrayWriter();
    arrays.reset();
    const recordedAt = new Date().toISOString();
    const batch = linkDrafts({ tenant: this.tenant, before, recordedAt }, drafts, arrays);
    this.end = batch.after;
    const flight = this.commit(batch, run);
    this.flights.add(flight);
    let hasArrived = false;
    try {
      hasArrived = await flight;
    } finally {
      this.flights.delete(flight);
      this.spareArrays.push(arrays);
      // What follows it does not arrive either.
      if (!hasArrived) this.end = undefined;
    }
    return hasArrived ? batch.after : undefined;
  }

  /** Where the chain ends, and which of the drafts are not in it. Undefined when somebody else has just begun it. */
  private async lookUp(drafts: readonly Draft[]): Promise<[ChainPosition, readonly Draft[]] | undefined> {
    if (this.end !== undefined) return [this.end, drafts];
    // The end first: what gets in between moves it, and the attempt fails.
    const [head] = await this.run<{ seq: string; link: Buffer }>(READ_HEAD, [this.tenant, GENESIS]);
    if (head === undefined) return undefined;
    const subjects = drafts.map(({ subject }) => subject);
    const found = await this.run<{ subject: string }>(FIND_SUBJECTS, [this.tenant, subjects]);
    const known = new Set(found.map(({ subject }) => subject));
    const before = { seq: Number(head.seq), link: head.link };
    return [before, known.size === 0 ? drafts : drafts.filter(({ subject }) => !known.has(subject))];
  }

  private async commit({ parameters }: AppendBatch, run: RunStatement): Promise<boolean> {
    return (await run(APPEND, parameters)).length > 0;
  }
}
