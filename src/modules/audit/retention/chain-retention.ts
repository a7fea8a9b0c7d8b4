import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { ChainAppender } from '../chain/chain-appender.js';
import { signCheckpoint } from '../checkpoint/checkpoint.js';
import { CheckpointWriter } from '../checkpoint/checkpoint-writer.js';
import { SigningKeys } from '../checkpoint/signing-keys.js';
import { findStart } from '../verify/chain-start.js';
import { ChainVerifier } from '../verify/chain-verifier.js';
import { EntrySource } from '../verify/entry-source.js';
import { toTombstoneBody } from '../verify/tombstone.js';
import { OldEntries } from './old-entries.js';

/**
 * Takes away the beginning of a chain once it is old, and never without a tombstone in the chain that says so and lets
 * the rest be verified. What cannot be verified stays, for somebody to look at.
 */
@Injectable()
export class ChainRetention {
  private readonly logger = new Logger('AuditRetention');
  private readonly refused = new Set<string>();

  constructor(
    @Inject(EntrySource) private readonly source: EntrySource,
    @Inject(OldEntries) private readonly entries: OldEntries,
    @Inject(ChainVerifier) private readonly verifier: ChainVerifier,
    @Inject(CheckpointWriter) private readonly checkpoints: CheckpointWriter,
    @Inject(ChainAppender) private readonly appender: ChainAppender,
    @Inject(SigningKeys) private readonly keys: SigningKeys,
  ) {}

  /** Takes away what was recorded before that time. Gives how many entries these were. */
  async removeBefore(tenant: string, time: Date): Promise<number> {
    const finished = await this.finish(tenant);
    const last = await this.entries.findLastBefore(tenant, time);
    if (last === undefined) return finished;
    const verdict = await this.verifier.verify({ tenant, to: last });
    if (!verdict.ok) return this.refuse(tenant, `entry ${verdict.seq}: ${verdict.problem}`);
    const { first, link } = verdict;
    const at = new Date();
    const note = signCheckpoint({ tenant, seq: last, link }, this.keys);
    await this.appender.append(tenant, {
      kind: 'tombstone',
      subject: `tombstone-${randomUUID()}`,
      body: toTombstoneBody({ first, last, link }, at, note),
    });
    return finished + (await this.remove(tenant, last));
  }

  /** What a process left undone that died after its tombstone was in the chain. */
  private async finish(tenant: string): Promise<number> {
    const start = await findStart(this.source, tenant, this.keys);
    if (start === undefined || 'problem' in start) return 0;
    const { tombstone } = start;
    if (tombstone === undefined || tombstone.last <= start.seq) return 0;
    const verdict = await this.verifier.verify({ tenant, to: tombstone.last });
    return verdict.ok ? this.remove(tenant, tombstone.last) : 0;
  }

  private async remove(tenant: string, last: number): Promise<number> {
    // The tombstone is signed before what it stands for is gone, so that checkpoints never end before the chain begins.
    await this.checkpoints.latest(tenant);
    const broken = this.checkpoints.stats.broken.get(tenant);
    if (broken !== undefined) return this.refuse(tenant, broken);
    let removed = 0;
    for (let count = -1; count !== 0; removed += count) count = await this.entries.removeSome(tenant, last);
    this.refused.delete(tenant);
    this.logger.log({ tenant, last, removed }, 'entries that had become old are gone, a tombstone says so');
    return removed;
  }

  /** Said once for each tenant. */
  private refuse(tenant: string, why: string): 0 {
    if (!this.refused.has(tenant))
      this.logger.error({ tenant }, `old entries are not taken away, the chain is not sound: ${why}`);
    this.refused.add(tenant);
    return 0;
  }
}
