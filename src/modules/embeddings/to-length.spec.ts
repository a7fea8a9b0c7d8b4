import { describe, expect, it } from 'vitest';
import { toLength } from './to-length.js';

describe(toLength.name, () => {
  it('leaves vectors as they are that have the length, or where none was asked for', () => {
    const vectors = [Float32Array.of(3, 4), Float32Array.of(0, 0)];
    expect(toLength(vectors, undefined)).toBe(vectors);
    expect(toLength(vectors, 2)).toBe(vectors);
  });

  it('cuts longer ones, and brings them to length 1', () => {
    expect(toLength([Float32Array.of(3, 4, 5), Float32Array.of(0, -2, 9)], 2)).toEqual([
      Float32Array.of(0.6, 0.8),
      Float32Array.of(0, -1),
    ]);
    expect(toLength([Float32Array.of(3e38, 2, 1)], 1)).toEqual([Float32Array.of(1)]);
  });

  it.each([
    ['shorter ones', [1, 0], 3, { code: 'invalid_request', param: 'dimensions' }],
    ['longer ones of which nothing is left', [0, 0, 1], 2, { code: 'upstream_protocol_error' }],
  ])('refuses %s', (_, numbers, dimensions, failure) => {
    expect(() => toLength([Float32Array.from(numbers)], dimensions)).toThrow(
      expect.objectContaining({ failure: expect.objectContaining(failure) }),
    );
  });
});
