import { hash } from 'node:crypto';

/** What the chain of one tenant is made of: generations, and what was done to them later. */
export type EntryKind = 'generation' | 'erasure' | 'tombstone';

/** What an entry says about itself in clear. Its body is covered by its digest. */
export interface EntryHead {
  readonly tenant: string;
  /** Without gaps, from 1. */
  readonly seq: number;
  readonly kind: EntryKind;
  /** Of which thing it tells: the generation's id, or a unique name of an act. */
  readonly subject: string;
  /** To the millisecond, as `Date.toISOString` spells it. */
  readonly recordedAt: string;
}

/** How far a chain goes. */
export interface ChainPosition {
  readonly seq: number;
  /** Of the entry with this number. */
  readonly link: Buffer;
}

export const DIGEST_BYTES = 32;

/** The link before the first entry. */
export const GENESIS = Buffer.alloc(DIGEST_BYTES);

/** Domain separation (RFC 6962, 2.1): what is an entry can never be read as a link, nor the other way round. */
const LEAF_TAG = 0;
const LINK_TAG = 1;

/**
 * SHA-256(0x00 ‖ canonical form), where the canonical form is the JSON of RFC 8785: sorted keys, no spaces, UTF-8.
 * Anybody can compute it from the columns of an entry.
 */
export function leafOf(head: EntryHead, body: Buffer): Buffer {
  const canonical = canonicalForm(head, hash('sha256', body, 'hex'));
  const bytes = Buffer.allocUnsafe(1 + Buffer.byteLength(canonical));
  bytes[0] = LEAF_TAG;
  bytes.write(canonical, 1);
  return hash('sha256', bytes, 'buffer');
}

/** SHA-256(0x01 ‖ link before ‖ leaf). */
export function linkOf(previous: Buffer, leaf: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(1 + 2 * DIGEST_BYTES);
  bytes[0] = LINK_TAG;
  previous.copy(bytes, 1);
  leaf.copy(bytes, 1 + DIGEST_BYTES);
  return hash('sha256', bytes, 'buffer');
}

const canonicalForm = ({ tenant, seq, kind, subject, recordedAt }: EntryHead, bodySha256: string): string =>
  `{"body_sha256":"${bodySha256}","kind":"${kind}","recorded_at":"${recordedAt}","seq":${seq},` +
  `"subject":${JSON.stringify(subject)},"tenant":${JSON.stringify(tenant)},"v":1}`;
