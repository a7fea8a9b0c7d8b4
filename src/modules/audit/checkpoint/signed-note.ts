import { hash, sign, verify, type KeyObject } from 'node:crypto';

/** C2SP signed-note, signature types: Ed25519. */
const ED25519 = 0x01;
const KEY_HASH_BYTES = 4;
const SIGNATURE_BYTES = 64;
const SIGNATURE_LINE = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u;
const CONTROLS = /[\x00-\x09\x0b-\x1f]/;
/** C2SP signed-note, Format: at least 16 signatures must be accepted, and there should be a limit. */
const MAX_SIGNATURES = 100;

export interface NoteSignature {
  /** Of the key. */
  readonly name: string;
  readonly keyHash: Buffer;
  readonly signature: Buffer;
}

/** A text with its signatures, as C2SP's signed-note spells it. Nothing of it is to be believed before `isSignedBy`. */
export interface SignedNote {
  /** With the newline at its end. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** C2SP signed-note, Signatures: the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key). */
export const keyHashOf = (name: string, publicKey: Buffer): Buffer =>
  hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(ED25519), publicKey]), 'buffer').subarray(
    0,
    KEY_HASH_BYTES,
  );

/** The 32 bytes of an Ed25519 public key (RFC 8032, 5.1.5). */
export const rawKeyOf = (publicKey: KeyObject): Buffer =>
  Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');

/** What verifiers of such notes are configured with: name, key hash in hex, type and key in base64. */
export function verifierKeyOf(name: string, publicKey: KeyObject): string {
  const raw = rawKeyOf(publicKey);
  const typed = Buffer.concat([Buffer.of(ED25519), raw]);
  return `${name}+${keyHashOf(name, raw).toString('hex')}+${typed.toString('base64')}`;
}

/** Signs a text that ends in a newline. */
export function signNote(
  text: string,
  name: string,
  keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): string {
  const signature = sign(null, Buffer.from(text), keys.privateKey);
  const blob = Buffer.concat([keyHashOf(name, rawKeyOf(keys.publicKey)), signature]);
  return `${text}\n\u2014 ${name} ${blob.toString('base64')}\n`;
}

/** Takes a note apart; undefined when it is none. */
export function parseNote(note: string): SignedNote | undefined {
  // The last empty line parts the text from the signatures.
  const end = note.lastIndexOf('\n\n');
  if (end < 1 || !note.endsWith('\n') || CONTROLS.test(note)) return undefined;
  const lines = note.slice(end + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) return undefined;
  const signatures = lines.map(parseSignature);
  if (signatures.some((signature) => signature === undefined)) return undefined;
  return { text: note.slice(0, end + 1), signatures: signatures as NoteSignature[] };
}

/**
 * Whether the key of this name has signed the text. Signatures of other keys do not count, and one of this key that is
 * wrong makes the whole note worthless.
 */
export function isSignedBy({ text, signatures }: SignedNote, name: string, publicKey: KeyObject): boolean {
  const keyHash = keyHashOf(name, rawKeyOf(publicKey));
  const own = signatures.filter((each) => each.name === name && each.keyHash.equals(keyHash));
  const bytes = Buffer.from(text);
  return own.length > 0 && own.every(({ signature }) => verify(null, bytes, publicKey, signature));
}

function parseSignature(line: string): NoteSignature | undefined {
  const [, name, base64] = SIGNATURE_LINE.exec(line) ?? [];
  if (name === undefined || base64 === undefined) return undefined;
  const blob = Buffer.from(base64, 'base64');
  // Bits that base64 leaves unused are as good as changed ones.
  if (blob.length !== KEY_HASH_BYTES + SIGNATURE_BYTES || blob.toString('base64') !== base64)
    return undefined;
  return { name, keyHash: blob.subarray(0, KEY_HASH_BYTES), signature: blob.subarray(KEY_HASH_BYTES) };
}
