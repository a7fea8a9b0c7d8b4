import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { isCanonicalLarge } from './ed25519-point.js';

/** What stands before the 32 bytes of a key in SubjectPublicKeyInfo (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
/** The order of the base point: the second half of a signature is below it, else there were two spellings of each. */
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

export const toKeyObject = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([SPKI_PREFIX, raw]), format: 'der', type: 'spki' });

export const toRawKey = (key: KeyObject): Buffer =>
  key.export({ format: 'der', type: 'spki' }).subarray(SPKI_PREFIX.length);

/** RFC 8032, section 5.1.7: 64 bytes, S in its one spelling, and no key by which anything would be signed. */
export function isSignedBy(rawKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (!isCanonicalLarge(rawKey)) return false;
  if (signature.length !== SIGNATURE_BYTES || !isCanonicalScalar(signature.subarray(32))) return false;
  return verify(null, message, toKeyObject(rawKey), signature);
}

const isCanonicalScalar = (bytes: Uint8Array): boolean =>
  BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`) < L;
