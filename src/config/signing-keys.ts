import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { signingAlgorithmOf } from '../common/crypto/signing-algorithm.js';
import { ConfigError } from './config-error.js';
import type { Secret } from './secrets.js';

const KINDS = 'RSA with 2048 to 8192 bits, EC on P-256, or Ed25519';
const PUBLIC_BLOCK = /-----BEGIN ([A-Z ]+)-----[\s\S]*?-----END \1-----/g;

/** A private key in PEM. Never says what it found. */
export function toPrivateKey({ value, origin }: Secret): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(toPem(value));
  } catch {
    throw new ConfigError(`${origin} must be a private key in PEM without a passphrase`);
  }
  return requireKind(key, origin);
}

/** All public keys of a bundle in PEM, the first one first. */
export function toPublicKeys({ value, origin }: Secret): KeyObject[] {
  const blocks = [...toPem(value).matchAll(PUBLIC_BLOCK)];
  // A certificate would do for Node; a private key as well, and it has no business there.
  if (blocks.length === 0 || blocks.some(([, label]) => !label!.endsWith('PUBLIC KEY')))
    throw new ConfigError(`${origin} must hold public keys in PEM and nothing else`);
  return blocks.map(([pem]) => {
    let key: KeyObject;
    try {
      key = createPublicKey(pem);
    } catch {
      throw new ConfigError(`${origin} holds a public key that cannot be read`);
    }
    return requireKind(key, origin);
  });
}

export const samePublicKey = (privateKey: KeyObject, publicKey: KeyObject): boolean =>
  createPublicKey(privateKey).equals(publicKey);

/** Variables are often one line. */
const toPem = (value: string): string => value.replaceAll('\\n', '\n');

function requireKind(key: KeyObject, origin: string): KeyObject {
  if (signingAlgorithmOf(key) === undefined) throw new ConfigError(`${origin} must be a key of ${KINDS}`);
  return key;
}
