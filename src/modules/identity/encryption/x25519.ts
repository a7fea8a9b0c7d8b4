import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';

export const KEY_BYTES = 32;

/** What stands before the 32 bytes of a key in its DER form (RFC 8410). */
const PUBLIC_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');

export const toPrivateKey = (raw: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, raw]), format: 'der', type: 'pkcs8' });

const toPublicKey = (raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, raw]), format: 'der', type: 'spki' });

/** The 32 bytes of the public key that belongs to a private one. */
export const rawPublicKeyOf = (privateKey: KeyObject): Buffer =>
  createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(PUBLIC_PREFIX.length);

/** The shared secret (RFC 7748, section 6.1). Undefined for a public key with which it would be known to everybody. */
export function agree(privateKey: KeyObject, publicKey: Uint8Array): Buffer | undefined {
  try {
    return diffieHellman({ privateKey, publicKey: toPublicKey(publicKey) });
  } catch {
    // OpenSSL refuses points of small order: the secret would be all zeros.
    return undefined;
  }
}
