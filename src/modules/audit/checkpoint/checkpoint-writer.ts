import { Logger } from '@nestjs/common';
import { type Clock, SYSTEM_CLOCK } from '../../../common/clock.js';
import { describeDatabaseError } from '../../../infrastructure/database/index.js';
import { GENESIS } from '../chain/chain-link.js';
import type { ChainHead, EntrySource } from '../verify/entry-source.js';
import { openCheckpoint, signCheckpoint } from './checkpoint.js';
import type { CheckpointDirectory } from './checkpoint-directory.js';
import { findBrokenLink } from './link-check.js';
import type { SigningKeys } from './signing-keys.js';

export interface CheckpointStats {
  /** Tenants whose chain contradicts what was signed of it, and how. Nothing of theirs is signed any more. */
  readonly broken: ReadonlyMap<string, string>;
  readonly written: number;
  /** Why the last attempt came to nothing. */
  readonly failure: string | undefined;
}

type LastCheckpoint = ChainHead & { readonly note: string };

const NO_HEAD: ChainHead = { seq: 0, link: GENESIS };

/**
 * Signs, from time to time and at the end, how far each chain has come, and keeps that outside of the database. Nobody
 * who owns the database alone can then rewrite what was signed without being found out.
 */
export class CheckpointWriter {
  private readonly logger = new Logger('Checkpoints');
  private readonly last = new Map<string, LastCheckpoint | undefined>();
  private readonly broken = new Map<string, string>();
  private written = 0;
  private failure: string | undefined;
  private running: Promise<void> | undefined;
  private turn: Promise<void> = Promise.resolve();

  constructor(
    private readonly source: EntrySource,
    private readonly directory: Pick<CheckpointDirectory, 'append' | 'list'>,
    private readonly keys: SigningKeys,
    private readonly clock: Clock = SYSTEM_CLOCK,
  ) {}

  get stats(): CheckpointStats {
    return { broken: this.broken, written: this.written, failure: this.failure };
  }

  /** Signs every chain that has grown. Whoever comes while that is done waits for the same. Never rejects. */
  writeAll(): Promise<void> {
    this.running ??= this.attempt().finally(() => (this.running = undefined));
    return this.running;
  }

  /** The tenant's newest checkpoint, signed now if the chain has grown and can be read. Undefined when there is none. */
  async latest(tenant: string): Promise<string | undefined> {
    try {
      await this.write(tenant);
    } catch (error) {
      this.fail(error);
    }
    return (await this.lastOf(tenant))?.note;
  }

  private async attempt(): Promise<void> {
    try {
      const heads = await this.source.heads();
      for (const tenant of new Set([...heads.map(({ tenant }) => tenant), ...this.last.keys()]))
        await this.write(tenant);
      if (this.failure !== undefined) this.logger.log('chains are signed again');
      this.failure = undefined;
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const failure = describeDatabaseError(error);
    if (failure !== this.failure) this.logger.warn(`chains are not signed, that is tried again: ${failure}`);
    this.failure = failure;
  }

  /** One after another, so that a head that was read is never older than the last checkpoint. */
  private write(tenant: string): Promise<void> {
    const write = this.turn.then(() => this.sign(tenant));
    this.turn = write.catch(() => undefined);
    return write;
  }

  private async sign(tenant: string): Promise<void> {
    const last = await this.lastOf(tenant);
    const head = (await this.source.head(tenant)) ?? NO_HEAD;
    const isSigned = head.seq === (last?.seq ?? 0) && (last?.link.equals(head.link) ?? true);
    if (isSigned && !this.broken.has(tenant)) return;
    const problem = await findBrokenLink(this.source, tenant, this.keys, { head, last });
    if (problem !== undefined) return this.refuse(tenant, problem);
    if (this.broken.delete(tenant))
      this.logger.log({ tenant }, 'the chain agrees with its checkpoints again');
    if (isSigned) return;
    const note = signCheckpoint({ tenant, ...head }, this.keys);
    await this.directory.append(tenant, note, new Date(this.clock.now()));
    this.last.set(tenant, { ...head, note });
    this.written += 1;
  }

  /** Said once for each tenant, however often it is seen. */
  private refuse(tenant: string, problem: string): void {
    if (!this.broken.has(tenant))
      this.logger.error({ tenant }, `the audit chain is broken and is not signed any more: ${problem}`);
    this.broken.set(tenant, problem);
  }

  /** From memory, or from the directory at the first time. */
  private async lastOf(tenant: string): Promise<LastCheckpoint | undefined> {
    if (this.last.has(tenant)) return this.last.get(tenant);
    let last: LastCheckpoint | undefined;
    let foreign = 0;
    for (const note of await this.directory.list(tenant)) {
      const checkpoint = openCheckpoint(note, tenant, this.keys);
      if (checkpoint === undefined) foreign += 1;
      else if (checkpoint.seq >= (last?.seq ?? 0)) last = { ...checkpoint, note };
    }
    if (foreign > 0)
      this.logger.error(
        { tenant, count: foreign },
        'a checkpoint in the directory is not signed by the key of this process',
      );
    this.last.set(tenant, last);
    return last;
  }
}
