import { generateKeyPairSync } from 'node:crypto';

const publicKeyEncoding = { type: 'spki', format: 'pem' } as const;
const privateKeyEncoding = { type: 'pkcs8', format: 'pem' } as const;

/**
 * A new private key, PKCS#8 in PEM. It is told as text because Node may wait for itself for ever when a key that was just made is
 * exported: the collector locks it once more while the export holds it.
 */
export function makePrivateKey(kind: 'ed25519' | 'P-256'): string {
  if (kind === 'ed25519')
    return generateKeyPairSync('ed25519', { publicKeyEncoding, privateKeyEncoding }).privateKey;
  return generateKeyPairSync('ec', { namedCurve: kind, publicKeyEncoding, privateKeyEncoding }).privateKey;
}
