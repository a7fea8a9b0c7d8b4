import { describe, expect, it } from 'vitest';
import { LatencyTally } from './latency-tally.js';

describe(LatencyTally.name, () => {
  it('is 0 without measurements', () => expect(new LatencyTally().percentile(0.5)).toBe(0));

  it('tells upper bounds', () => {
    const tally = new LatencyTally();
    for (let ms = 1; ms <= 100; ms++) tally.add(ms);
    tally.add(60_000);
    expect([0.5, 0.95, 1].map((share) => tally.percentile(share))).toEqual([100, 100, 10_000]);
    expect(tally.percentile(0.05)).toBe(10);
  });
});
