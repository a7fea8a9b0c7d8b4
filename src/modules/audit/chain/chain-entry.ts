import { type ChainPosition, DIGEST_BYTES, type EntryKind, leafOf, linkOf } from './chain-link.js';
import { KEY_BYTES } from './entry-cipher.js';

/** Something to be put on record, before it has a number. */
export interface Draft {
  readonly kind: EntryKind;
  readonly subject: string;
  readonly body: Buffer;
  /** That the body was sealed with; none where it is in clear. */
  readonly key?: Buffer;
  /** What the readable tables get: members of a JSON object in wire text, with a comma in front. */
  readonly projection?: string;
}

const NO_KEY = Buffer.alloc(KEY_BYTES);
/** Key, leaf and link stand before the body. */
const FIXED_BYTES = KEY_BYTES + 2 * DIGEST_BYTES;

/** Entries in the form in which one statement takes them. */
export interface AppendBatch {
  readonly before: ChainPosition;
  readonly after: ChainPosition;
  /** JSON: an array of what is text. */
  readonly document: Buffer;
  /** What is bytes, one entry after the other; the document says where each begins. */
  readonly bytes: Buffer;
}

/** Numbers and links drafts, in their order. */
export function linkDrafts(
  tenant: string,
  before: ChainPosition,
  drafts: readonly Draft[],
  recordedAt: string,
): AppendBatch {
  let { seq, link } = before;
  let offset = 0;
  const bytes: Buffer[] = [];
  const rows: string[] = [];
  for (const { kind, subject, body, key = NO_KEY, projection = '' } of drafts) {
    seq += 1;
    const leaf = leafOf({ tenant, seq, kind, subject, recordedAt }, body);
    link = linkOf(link, leaf);
    bytes.push(key, leaf, link, body);
    const size = FIXED_BYTES + body.length;
    rows.push(
      `{"seq":${seq},"kind":"${kind}","subject":${JSON.stringify(subject)},"at":"${recordedAt}","start":${offset},"size":${size}${projection}}`,
    );
    offset += size;
  }
  return {
    before,
    after: { seq, link },
    document: Buffer.from(`[${rows.join(',')}]`, 'latin1'),
    bytes: Buffer.concat(bytes, offset),
  };
}
