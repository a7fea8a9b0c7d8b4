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

/**
 * The chain of one tenant as this process appends to it: one batch at a time. Several processes may append: each takes
 * the chain from where it knows its end to be, and looks again when it is not there any more.
 */
export class TenantChain {
  private end: ChainPosition | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  /** One batch at a time. */
  private readonly arrays = new ArrayWriter();

  constructor(
    private readonly tenant: string,
    private readonly run: RunStatement,
  ) {}

  /**
   * Resolves when all drafts are committed, in their order; those that were already on record are left out. Rejects when it is not known whether they are: ask again with the same drafts.
   */
  append(drafts: readonly Draft[]): Promise<Appended> {
    const appended = this.turn.then(() => this.appendNow(drafts));
    this.turn = appended.catch(() => undefined);
    return appended;
  }

  /** What was appended may be there already, as after a start or by the hand of a process that died. */
  forget(): void {
    this.end = undefined;
  }

  private async appendNow(drafts: readonly Draft[]): Promise<Appended> {
    try {
      for (let race = 0; race < MAX_RACES; race++) {
        const [before, left] = await this.lookUp(drafts);
        if (left.length === 0) return { seq: before.seq, count: 0 };
        this.arrays.reset();
        const recordedAt = new Date().toISOString();
        const batch = linkDrafts({ tenant: this.tenant, before, recordedAt }, left, this.arrays);
        this.end = undefined;
        if (await this.commit(batch)) {
          this.end = batch.after;
          return { seq: batch.after.seq, count: left.length };
        }
      }
    } catch (error) {
      this.end = undefined;
      throw error;
    }
    throw new Error(`Too many others append to the chain of ${this.tenant}.`);
  }

  /** Where the chain ends, and which of the drafts are not in it. */
  private async lookUp(drafts: readonly Draft[]): Promise<[ChainPosition, readonly Draft[]]> {
    if (this.end !== undefined) return [this.end, drafts];
    // The end first: what gets in between moves it, and the attempt fails.
    const [head] = await this.run<{ seq: string; link: Buffer }>(READ_HEAD, [this.tenant, GENESIS]);
    const subjects = drafts.map(({ subject }) => subject);
    const found = await this.run<{ subject: string }>(FIND_SUBJECTS, [this.tenant, subjects]);
    const known = new Set(found.map(({ subject }) => subject));
    const before = { seq: Number(head!.seq), link: head!.link };
    return [before, known.size === 0 ? drafts : drafts.filter(({ subject }) => !known.has(subject))];
  }

  private async commit({ parameters }: AppendBatch): Promise<boolean> {
    return (await this.run(APPEND, parameters)).length > 0;
  }
}
