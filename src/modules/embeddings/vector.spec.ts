import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../test/support/seeded-random.js';
import { Vector } from './vector.js';

/** Any float32 there is, small and large ones alike. */
function randomFloats(seed: number, count: number): Float32Array {
  const random = new SeededRandom(seed);
  const bytes = new DataView(new ArrayBuffer(4));
  return Float32Array.from({ length: count }, () => {
    bytes.setUint32(0, random.below(2 ** 32));
    const float = bytes.getFloat32(0);
    return Number.isFinite(float) ? float : 0;
  });
}

describe(Vector.name, () => {
  it('says in JSON and in base64 exactly the float32 it was made of', () => {
    const numbers = randomFloats(3, 5_000);
    const unit = Float32Array.from(numbers, (_, at) => Math.sin(at) / 30);
    for (const floats of [numbers, unit, Float32Array.of(0, -0.5, 1, 1e-30, 3.4e38)]) {
      const vector = Vector.of(floats, 7);
      expect(Float32Array.from(JSON.parse(vector.toJson()) as number[])).toEqual(floats);
      const bytes = Buffer.from(vector.toBase64(), 'base64');
      expect([...floats.keys()].map((at) => bytes.readFloatLE(at * 4))).toEqual([...floats]);
      expect([vector.tokens, vector.dimensions]).toEqual([7, floats.length]);
    }
  });

  it('is short in JSON', () => {
    expect(Vector.of(Float32Array.of(0.1, 0.25, -0.0123456), 1).toJson()).toBe('[0.1,0.25,-0.0123456]');
  });

  it('comes back from its bytes, and from nothing else', () => {
    const vector = Vector.of(Float32Array.of(0.5), 2);
    expect(Vector.from(vector.bytes)).toEqual(vector);
    for (const length of [0, 3, 4, 7, 9]) expect(Vector.from(Buffer.alloc(length))).toBeUndefined();
    expect(Vector.from(null)).toBeUndefined();
  });
});
