import { createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Random bytes are drawn in strokes: one call costs as much as many. */
const STROKE_BYTES = 64 * (KEY_BYTES + NONCE_BYTES);

/** What an entry says, readable only with its key. */
export interface SealedBody {
  /** Of this entry alone. Whoever deletes it erases the text and leaves the chain whole. */
  readonly key: Buffer;
  /** Nonce, ciphertext, tag. */
  readonly body: Buffer;
}

let stroke = Buffer.alloc(0);

/** Encrypts text whose characters are bytes (latin1). */
export function sealBody(text: string): SealedBody {
  const random = drawRandom(KEY_BYTES + NONCE_BYTES);
  const key = random.subarray(0, KEY_BYTES);
  const nonce = random.subarray(KEY_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  const sealed = cipher.update(text, 'latin1');
  cipher.final();
  return { key, body: Buffer.concat([nonce, sealed, cipher.getAuthTag()]) };
}

/** The text as it was given. Throws when key or body are not what they were. */
export function openBody({ key, body }: SealedBody): string {
  if (body.length < NONCE_BYTES + TAG_BYTES) throw new Error('The body is too short to be one.');
  const decipher = createDecipheriv(ALGORITHM, key, body.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(body.subarray(-TAG_BYTES));
  const text = decipher.update(body.subarray(NONCE_BYTES, -TAG_BYTES)).toString('latin1');
  return text + decipher.final('latin1');
}

function drawRandom(bytes: number): Buffer {
  if (stroke.length < bytes) stroke = randomFillSync(Buffer.allocUnsafeSlow(STROKE_BYTES));
  const drawn = stroke.subarray(0, bytes);
  stroke = stroke.subarray(bytes);
  return drawn;
}
