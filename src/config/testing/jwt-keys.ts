import { createPublicKey } from 'node:crypto';
import { makePrivateKey } from '../../common/crypto/make-private-key.js';

const privateKey = makePrivateKey('P-256');

/** A key pair to sign tokens with, as production demands one: the same for all that one test file starts. */
export const JWT_KEYS = {
  P8FS_JWT_PRIVATE_KEY_PEM: privateKey,
  P8FS_JWT_PUBLIC_KEY_PEM: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }) as string,
} as const;
