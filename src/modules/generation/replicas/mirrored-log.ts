import type { Principal } from '../../../contracts/principal.js';
import type { StreamHead } from '../../../contracts/stream-dialect.js';
import type { CopiedEnd } from '../log-copy.js';
import { withoutDetail } from '../without-detail.js';

/** How long a mirror is kept from its beginning: longer than any generation runs. */
export const MIRROR_RUNNING_TTL_MS = 900_000;

/** Who runs a generation, for whom, and how it is read: what stands before its entries. */
export interface MirroredHead {
  readonly head: StreamHead;
  readonly owner: Principal;
  readonly profile: string;
  readonly backend?: string | undefined;
  /** The replica that runs it. */
  readonly replica: string;
}

/** One record of a mirrored log. Entries say where they begin, so that what is written twice is read once. */
export type MirrorRecord =
  | { readonly kind: 'head'; readonly head: MirroredHead }
  | { readonly kind: 'entries'; readonly from: number; readonly entries: string }
  | { readonly kind: 'end'; readonly end: CopiedEnd };

/** No id of ours holds a colon. */
export const mirrorKey = (tenant: string, id: string): string =>
  `citadel:log:${encodeURIComponent(tenant)}:${id}`;

/** The fields of a record, as a stream of Redis keeps them. Entries are one-byte characters. */
export function toFields(record: MirrorRecord): (string | Buffer)[] {
  if (record.kind === 'head') return ['h', JSON.stringify(record.head)];
  if (record.kind === 'end')
    return ['x', JSON.stringify({ ...record.end, outcome: withoutDetail(record.end.outcome) })];
  return ['n', String(record.from), 'e', Buffer.from(record.entries, 'latin1')];
}

export function fromFields([name, value, , entries]: readonly Buffer[]): MirrorRecord {
  const text = value!.toString('utf8');
  switch (name!.toString('latin1')) {
    case 'h':
      return { kind: 'head', head: JSON.parse(text) as MirroredHead };
    case 'x':
      return { kind: 'end', end: JSON.parse(text) as CopiedEnd };
    default:
      return { kind: 'entries', from: Number(text), entries: entries!.toString('latin1') };
  }
}
