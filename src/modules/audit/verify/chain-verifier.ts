import { Inject, Injectable } from '@nestjs/common';
import { GENESIS, linkOf } from '../chain/chain-link.js';
import { claimedSizeOf, openCheckpoint } from '../checkpoint/checkpoint.js';
import { CheckpointDirectory } from '../checkpoint/checkpoint-directory.js';
import { SigningKeys } from '../checkpoint/signing-keys.js';
import { Breather } from './breather.js';
import { findStart } from './chain-start.js';
import { ChainWalk, type KnownLink, type WalkStart } from './chain-walk.js';
import { EntrySource, type ChainHead, type PageBounds, type StoredEntry } from './entry-source.js';
import { lookWhileSettled } from './look-while-settled.js';
import { ProjectionCheck } from './projection/projection-check.js';
import { ProjectionSource } from './projection/projection-source.js';
import type { Finding, Verdict } from './verdict.js';

export interface VerifyRequest {
  readonly tenant: string;
  /** The first entry to be checked; the link of the one before it is then believed. */
  readonly from?: number;
  /** The last entry to be checked; what comes after it is not looked at. */
  readonly to?: number;
  /** Whether the readable rows are held against the entries, too. */
  readonly withProjection?: boolean;
}

/** Small enough to be parsed in a turn of the event loop. */
const PAGE: PageBounds = { rows: 500, bytes: 128 * 1024 };

/**
 * Says whether a chain is what was once recorded, and if not, where it stops being that. Every entry is computed anew;
 * the chain is then held against what stands outside of it: its head and the signed checkpoints.
 */
@Injectable()
export class ChainVerifier {
  constructor(
    @Inject(EntrySource) private readonly source: EntrySource,
    @Inject(ProjectionSource) private readonly projection: ProjectionSource,
    @Inject(CheckpointDirectory) private readonly directory: Pick<CheckpointDirectory, 'list'>,
    @Inject(SigningKeys) private readonly keys: Pick<SigningKeys, 'publicKey'>,
  ) {}

  verify(request: VerifyRequest): Promise<Verdict> {
    return lookWhileSettled(this.source, request.tenant, {
      look: () => this.attempt(request),
      isFault: ({ ok }) => !ok,
    });
  }

  private async attempt(request: VerifyRequest): Promise<Verdict> {
    const { tenant, to = Infinity } = request;
    const head = await this.source.head(tenant);
    const checkpoints = await this.readCheckpoints(tenant);
    if ('problem' in checkpoints) return unsound(tenant, checkpoints, 0);
    const start = await this.startOf(request);
    if ('problem' in start) return unsound(tenant, start, 0);
    const vouched = checkpoints.notes.find(
      ({ seq, link }) => seq === start.seq && start.link?.equals(link) === false,
    );
    if (vouched !== undefined) return unsound(tenant, otherStart(start.seq), 0);
    const known = [...checkpoints.notes, ...start.extra].filter(({ seq }) => seq <= to);
    const walk = new ChainWalk(start, known);
    const projection = request.withProjection
      ? new ProjectionCheck(this.projection, tenant, start.seq + 1)
      : undefined;
    const finding =
      (await this.walk(walk, { tenant, to, head, projection })) ??
      (await this.findEnd(walk, { tenant, to, head, projection })) ??
      projection?.finding ??
      (await projection?.findMissingKey((after) => this.source.erasures(tenant, after))) ??
      (await projection?.findUnrecorded(Math.max(walk.seq, head?.seq ?? 0)));
    if (finding !== undefined) return unsound(tenant, finding, walk.entries);
    return {
      ok: true,
      tenant,
      entries: walk.entries,
      first: walk.entries === 0 ? 0 : start.seq + 1,
      last: walk.entries === 0 ? 0 : walk.seq,
      link: walk.link ?? Buffer.alloc(0),
      checkpoints: walk.checkpoints,
    };
  }

  private async readCheckpoints(tenant: string): Promise<{ notes: KnownLink[] } | Finding> {
    const notes: KnownLink[] = [];
    for (const note of await this.directory.list(tenant)) {
      const checkpoint = openCheckpoint(note, tenant, this.keys);
      if (checkpoint === undefined)
        return {
          seq: claimedSizeOf(note),
          problem: 'checkpoint_invalid',
          detail: 'A checkpoint of this size is not signed by our key.',
        };
      notes.push(checkpoint);
    }
    return { notes };
  }

  private async startOf({
    tenant,
    from = 1,
  }: VerifyRequest): Promise<(WalkStart & { extra: KnownLink[] }) | Finding> {
    const start = await findStart(this.source, tenant, this.keys);
    if (start === undefined) return { ...EMPTY, extra: [] };
    if ('problem' in start) return start;
    const { tombstone } = start;
    // What a tombstone remembers of entries that are still there binds them like a checkpoint.
    const extra =
      tombstone === undefined || start.link !== undefined ? [] : [{ ...tombstone, seq: tombstone.last }];
    if (from <= start.seq + 1) return { ...start, extra };
    const [before] = await this.source.links(tenant, from - 2, 1);
    if (before?.seq === from - 1) return { seq: before.seq, link: before.link, extra };
    return { seq: from - 1, problem: 'missing', detail: `There is no entry ${from - 1} to begin behind.` };
  }

  /** All entries up to the last asked for. */
  private async walk(walk: ChainWalk, work: Work): Promise<Finding | undefined> {
    const { tenant, to, head, projection } = work;
    const breather = new Breather();
    let coming = this.source.page(tenant, walk.seq, PAGE);
    for (;;) {
      const page = (await coming).filter(({ seq }) => seq <= to);
      const last = page.at(-1);
      if (last === undefined) return undefined;
      // The database reads on while this page is computed.
      coming = this.source.page(tenant, last.seq, PAGE);
      coming.catch(() => undefined);
      for (const entry of page) {
        const finding = walk.take(entry) ?? findOtherHead(entry, head);
        if (finding !== undefined) return this.narrow(finding, walk, entry);
        await breather.breathe();
      }
      await projection?.inspect(page, breather);
    }
  }

  /**
   * Where a link does not fit, either it was changed, or what stands before it was rewritten. What comes next tells: it
   * is still linked to what was there at first.
   */
  private async narrow(finding: Finding, walk: ChainWalk, entry: StoredEntry): Promise<Finding> {
    if (finding.problem !== 'relinked' || walk.entries === 0) return finding;
    const [next] = await this.source.links(entry.tenant, entry.seq, 1);
    const isGenuine =
      next === undefined
        ? (await this.source.head(entry.tenant))?.link.equals(entry.link)
        : next.seq === entry.seq + 1 && linkOf(entry.link, next.leaf).equals(next.link);
    if (!isGenuine) return finding;
    const [seq, through] = [walk.firstUnvouched, walk.seq];
    const detail = `Entry ${entry.seq} is linked to what once stood before it: what is there now was rewritten.`;
    return { seq, ...(seq < through && { through }), problem: 'relinked', detail };
  }

  /** Whether the chain is as long as its head and its checkpoints say. It may have grown meanwhile. */
  private async findEnd(walk: ChainWalk, work: Work): Promise<Finding | undefined> {
    const { tenant, to } = work;
    if (to !== Infinity && walk.seq >= to) return undefined;
    const head = await this.source.head(tenant);
    if (head !== undefined && head.seq > walk.seq && head.seq <= to) {
      const finding = await this.walk(walk, { ...work, to: head.seq, head });
      if (finding !== undefined) return finding;
    }
    const { ahead } = walk;
    if (ahead !== undefined) return cut(walk.seq, ahead.seq, 'a signed checkpoint');
    if (head === undefined) return walk.seq === 0 ? undefined : otherHead(walk.seq, 'there is none');
    if (head.seq > walk.seq) return cut(walk.seq, Math.min(head.seq, to), 'the head of the chain');
    if (head.seq < walk.seq) return otherHead(head.seq + 1, `it is entry ${head.seq}`);
    return walk.link === undefined || head.link.equals(walk.link)
      ? undefined
      : otherHead(head.seq, 'its link is another');
  }
}

interface Work {
  readonly tenant: string;
  readonly to: number;
  readonly head: ChainHead | undefined;
  readonly projection: ProjectionCheck | undefined;
}

const EMPTY: WalkStart = { seq: 0, link: GENESIS };

const unsound = (tenant: string, finding: Finding, checked: number): Verdict => ({
  ok: false,
  tenant,
  ...finding,
  checked,
});

const otherStart = (seq: number): Finding => ({
  seq,
  problem: 'checkpoint_mismatch',
  detail: `The checkpoint of entry ${seq} has another link than the chain goes on from.`,
});

const findOtherHead = ({ seq, link }: StoredEntry, head: ChainHead | undefined): Finding | undefined =>
  head?.seq !== seq || head.link.equals(link) ? undefined : otherHead(seq, 'its link is another');

const otherHead = (seq: number, why: string): Finding => ({
  seq,
  problem: 'head_mismatch',
  detail: `The head of the chain is not its last entry: ${why}.`,
});

const cut = (last: number, through: number, who: string): Finding => ({
  seq: last + 1,
  ...(through > last + 1 && { through }),
  problem: 'cut',
  detail: `The chain ends with entry ${last}, but ${who} knows entry ${through}.`,
});
