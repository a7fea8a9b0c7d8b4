import { describe, expect, it } from 'vitest';
import { toDuration } from './rate-headers.js';

describe(toDuration.name, () => {
  it.each([
    [0, '0ms'],
    [20, '20ms'],
    [1_000, '1s'],
    [1_001, '2s'],
    [60_000, '1m0s'],
    [360_000, '6m0s'],
    [3_600_000, '1h0m0s'],
    [90_061_000, '25h1m1s'],
  ])('writes %i ms as %s', (ms, written) => expect(toDuration(ms)).toBe(written));
});
