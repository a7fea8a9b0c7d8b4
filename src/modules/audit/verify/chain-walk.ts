import { leafOf, linkOf, type EntryHead } from '../chain/chain-link.js';
import type { StoredEntry } from './entry-source.js';
import type { Finding } from './verdict.js';

/** Where a walk begins: behind the entry of this number, whose link is known, or is to be taken from what comes first. */
export interface WalkStart {
  readonly seq: number;
  readonly link: Buffer | undefined;
}

/** A link that somebody outside of the chain remembers. */
export interface KnownLink {
  readonly seq: number;
  readonly link: Buffer;
}

const KINDS: ReadonlySet<string> = new Set<EntryHead['kind']>(['generation', 'erasure', 'tombstone']);

/** Recomputes a chain entry by entry. After the first finding it is over. */
export class ChainWalk {
  private readonly known: readonly KnownLink[];
  private nextKnown = 0;
  private previous: WalkStart;
  private agreedSeq: number;
  private taken = 0;

  constructor(start: WalkStart, checkpoints: readonly KnownLink[]) {
    this.previous = start;
    this.agreedSeq = start.seq;
    this.known = checkpoints.filter(({ seq }) => seq > start.seq).sort((a, b) => a.seq - b.seq);
  }

  /** The last entry that was taken, or where the walk began. */
  get seq(): number {
    return this.previous.seq;
  }

  get link(): Buffer | undefined {
    return this.previous.link;
  }

  get entries(): number {
    return this.taken;
  }

  /** How many checkpoints agree. */
  get checkpoints(): number {
    return this.nextKnown;
  }

  /** The first entry that no checkpoint vouches for. */
  get firstUnvouched(): number {
    return this.agreedSeq + 1;
  }

  /** The first checkpoint ahead. */
  get ahead(): KnownLink | undefined {
    return this.known[this.nextKnown];
  }

  take(entry: StoredEntry): Finding | undefined {
    const finding = this.findGap(entry) ?? this.findChange(entry) ?? this.findDisagreement(entry);
    if (finding !== undefined) return finding;
    this.previous = entry;
    this.taken += 1;
    return undefined;
  }

  private findGap({ seq }: StoredEntry): Finding | undefined {
    const expected = this.previous.seq + 1;
    if (seq === expected) return undefined;
    const through = seq - 1;
    return {
      seq: expected,
      ...(Number.isSafeInteger(through) && through > expected && { through }),
      problem: 'missing',
      detail: `After entry ${this.previous.seq} comes entry ${seq}.`,
    };
  }

  private findChange({ seq, leaf, link, ...entry }: StoredEntry): Finding | undefined {
    const isKnown = KINDS.has(entry.kind);
    const computed = isKnown && leafOf({ ...entry, seq } as EntryHead, entry.body);
    if (computed === false || !computed.equals(leaf))
      return { seq, problem: 'altered', detail: `What entry ${seq} says does not have its leaf.` };
    const { link: before } = this.previous;
    if (before === undefined || linkOf(before, leaf).equals(link)) return undefined;
    return { seq, problem: 'relinked', detail: `Entry ${seq} is not linked to what stands before it.` };
  }

  private findDisagreement({ seq, link }: StoredEntry): Finding | undefined {
    for (let known = this.ahead; known !== undefined && known.seq <= seq; known = this.ahead) {
      if (!known.link.equals(link)) {
        const first = this.firstUnvouched;
        return {
          seq: first,
          ...(first < seq && { through: seq }),
          problem: 'checkpoint_mismatch',
          detail: `The checkpoint of entry ${seq} has another link: entries were rewritten after entry ${this.agreedSeq}.`,
        };
      }
      this.agreedSeq = seq;
      this.nextKnown += 1;
    }
    return undefined;
  }
}
