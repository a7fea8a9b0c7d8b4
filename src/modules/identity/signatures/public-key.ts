import { createPublicKey } from 'node:crypto';
import { KEY_BYTES, toRawKey } from './ed25519.js';
import { isSoundPoint } from './ed25519-point.js';
import { fromExactBase64 } from './exact-base64.js';

const PEM = /^-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/;

/** The 32 bytes of a public key: base64, base64url or PEM (SubjectPublicKeyInfo). Undefined for what is no sound key. */
export function parsePublicKey(text: string): Buffer | undefined {
  const raw = PEM.test(text) ? fromPem(text) : fromExactBase64(text, KEY_BYTES);
  return raw !== undefined && isSoundPoint(raw) ? raw : undefined;
}

function fromPem(text: string): Buffer | undefined {
  try {
    const key = createPublicKey(text);
    return key.asymmetricKeyType === 'ed25519' ? toRawKey(key) : undefined;
  } catch {
    return undefined;
  }
}
