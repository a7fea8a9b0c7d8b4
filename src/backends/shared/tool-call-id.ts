import { randomBytes } from 'node:crypto';

const ALPHABET = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789';

/** `call_` and 24 letters or digits, as OpenAI's clients know them, for backends that give their calls no id. */
export function newToolCallId(): string {
  let id = 'call_';
  for (const byte of randomBytes(24)) id += ALPHABET[byte % ALPHABET.length];
  return id;
}
