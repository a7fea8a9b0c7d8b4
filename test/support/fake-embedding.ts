import { createHash } from 'node:crypto';

/** A vector of length 1 that depends on the text only, so that tests can compute what a fake answers. */
export function fakeEmbedding(text: string, dimensions: number): number[] {
  const raw = Array.from({ length: dimensions }, (_none, index) => {
    const digest = createHash('sha256').update(`${index}:${text}`).digest();
    return digest.readInt32LE() / 2 ** 31;
  });
  const norm = Math.hypot(...raw);
  return raw.map((value) => value / norm);
}
