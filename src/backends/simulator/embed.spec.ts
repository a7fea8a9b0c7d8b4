import { describe, expect, it } from 'vitest';
import { simulateEmbeddings } from './embed.js';

const vectorOf = (text: string, dimensions?: number) =>
  simulateEmbeddings({ model: 'any', inputs: [text], dimensions }).vectors[0]!;
const lengthOf = (vector: Float32Array) => Math.hypot(...vector);

describe(simulateEmbeddings.name, () => {
  it.each([undefined, 1, 7, 8, 1536])('makes vectors of length 1: %s dimensions', (dimensions) => {
    const vector = vectorOf('a text', dimensions);
    expect(vector).toHaveLength(dimensions ?? 768);
    expect(lengthOf(vector)).toBeCloseTo(1, 5);
  });

  it('hangs on the text alone', () => {
    expect(vectorOf('ä')).toEqual(vectorOf('ä'));
    expect(vectorOf('ä')).not.toEqual(vectorOf('a'));
  });

  it('counts tokens by length', () => {
    expect(simulateEmbeddings({ model: 'any', inputs: ['', 'four', 'eight..8'] }).promptTokens).toBe(4);
  });
});
