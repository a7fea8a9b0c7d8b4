import { describe, expect, it } from 'vitest';
import { TokenMeter } from './token-meter.js';

describe(TokenMeter.name, () => {
  it('counts a token for each piece up to what there is, and no further', () => {
    const meter = new TokenMeter(3);
    expect([5, 5, 5, 5].map((bytes) => meter.take(bytes))).toEqual([true, true, true, false]);
    expect(meter).toMatchObject({ used: 3, isSpent: true });
  });

  it('counts a long piece as several', () => {
    const meter = new TokenMeter(20);
    expect(meter.take(64)).toBe(true);
    expect(meter.used).toBe(16);
    expect(meter.take(64)).toBe(false);
    expect(meter.take(8)).toBe(true);
  });
});
