import { createHash } from 'node:crypto';
import type { EmbeddingAnswer, EmbeddingRequest } from '../../contracts/embedding.js';

const DIMENSIONS = 768;
const NUMBERS_PER_DIGEST = 8;
const CHARACTERS_PER_TOKEN = 4;

/** Vectors of length 1 that hang on the text alone: the same everywhere and always, and different for different texts. */
export function simulateEmbeddings({ inputs, dimensions = DIMENSIONS }: EmbeddingRequest): EmbeddingAnswer {
  return {
    vectors: inputs.map((text) => toUnitVector(text, dimensions)),
    promptTokens: inputs.reduce(
      (sum, text) => sum + Math.max(1, Math.ceil(text.length / CHARACTERS_PER_TOKEN)),
      0,
    ),
  };
}

function toUnitVector(text: string, dimensions: number): Float32Array {
  const seed = createHash('sha256').update(text).digest();
  const numbers = new Float64Array(Math.ceil(dimensions / NUMBERS_PER_DIGEST) * NUMBERS_PER_DIGEST);
  for (let block = 0; block * NUMBERS_PER_DIGEST < dimensions; block++) {
    const digest = createHash('sha256').update(seed).update(String(block)).digest();
    for (let at = 0; at < NUMBERS_PER_DIGEST; at++)
      numbers[block * NUMBERS_PER_DIGEST + at] = digest.readInt32LE(at * 4);
  }
  const used = numbers.subarray(0, dimensions);
  const length = Math.sqrt(used.reduce((sum, number) => sum + number * number, 0));
  return Float32Array.from(used, (number) => number / length);
}
