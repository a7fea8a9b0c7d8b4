import { createPrivateKey, createPublicKey } from 'node:crypto';
import { makePrivateKey } from '../../../common/crypto/make-private-key.js';
import type { SigningKeys } from '../checkpoint/signing-keys.js';

export function makeSigningKeys(): SigningKeys {
  const privateKey = createPrivateKey(makePrivateKey('ed25519'));
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
