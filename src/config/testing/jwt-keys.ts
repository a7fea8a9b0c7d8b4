import { generateKeyPairSync } from 'node:crypto';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** A key pair to sign tokens with, as production demands one: the same for all that one test file starts. */
export const JWT_KEYS = {
  P8FS_JWT_PRIVATE_KEY_PEM: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  P8FS_JWT_PUBLIC_KEY_PEM: publicKey.export({ type: 'spki', format: 'pem' }) as string,
} as const;
