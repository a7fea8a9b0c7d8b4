import { createHash } from 'node:crypto';
import { fromExactBase64 } from './exact-base64.js';

const MEMBER = /^([a-z0-9-]+)=:([A-Za-z0-9+/=]*):$/;
const KNOWN: Readonly<Record<string, { readonly hash: string; readonly bytes: number }>> = {
  'sha-256': { hash: 'sha256', bytes: 32 },
  'sha-512': { hash: 'sha512', bytes: 64 },
};

/** Whether `Content-Digest` (RFC 9530) names this body: by one digest that is known at least, and by all of those. */
export function isDigestOf(header: string, body: Uint8Array): boolean {
  let matches = 0;
  for (const member of header.split(',')) {
    const [, name = '', text = ''] = MEMBER.exec(member.trim()) ?? [];
    if (name === '') return false;
    const known = KNOWN[name];
    if (known === undefined) continue;
    const told = fromExactBase64(text, known.bytes);
    if (told === undefined || !told.equals(createHash(known.hash).update(body).digest())) return false;
    matches += 1;
  }
  return matches > 0;
}
