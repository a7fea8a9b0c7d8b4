import { describe, expect, it } from 'vitest';
import { LocalRates } from './local-rates.js';

const create = (share?: number) => {
  const clock = { time: 0, now: () => clock.time };
  return { clock, rates: new LocalRates(60_000, clock, share) };
};

describe(LocalRates.name, () => {
  it('counts every caller for itself', () => {
    const { rates } = create();
    expect(rates.take([{ key: 'ada', limit: 1 }])).toMatchObject({ allowed: true, remaining: 0 });
    expect(rates.take([{ key: 'ada', limit: 1 }]).allowed).toBe(false);
    expect(rates.take([{ key: 'bob', limit: 1 }]).allowed).toBe(true);
  });

  it('counts what one limit refuses against none of the others', () => {
    const { rates } = create();
    const both = [
      { key: 'user', limit: 3 },
      { key: 'device', limit: 1 },
    ];
    expect(rates.take(both)).toMatchObject({ allowed: true, limit: 1, remaining: 0 });
    expect(rates.take(both)).toMatchObject({ allowed: false, limit: 1 });
    expect(rates.take([both[0]!])).toMatchObject({ allowed: true, remaining: 1 });
  });

  it('gives away its share, and one request at least', () => {
    const { rates } = create(1 / 3);
    const taken = (limit: number, key: string) =>
      Array.from({ length: 20 }, () => rates.take([{ key, limit }]).allowed).filter(Boolean).length;
    expect(taken(10, 'ada')).toBe(3);
    expect(taken(2, 'bob')).toBe(1);
  });

  it('keeps no more callers than it has room for, and those that count before those that do not', () => {
    const { rates, clock } = create();
    for (let at = 0; at < 50_000; at++) rates.take([{ key: `old-${at}`, limit: 1 }]);
    clock.time = 61_000 + 2_000;
    rates.take([{ key: 'new', limit: 1 }]);
    expect(rates.size).toBe(1);
    expect(rates.take([{ key: 'new', limit: 1 }]).allowed).toBe(false);
    for (let at = 0; at < 60_000; at++) rates.take([{ key: `more-${at}`, limit: 1 }]);
    expect(rates.size).toBe(50_000);
  });

  it('takes less than 5 µs for a request', () => {
    const { rates } = create();
    const checks = [{ key: 'user:default:ada', limit: 1_000_000 }];
    const round = () => {
      const begin = performance.now();
      for (let at = 0; at < 20_000; at++) rates.take(checks);
      return (performance.now() - begin) / 20;
    };
    const microseconds = Math.min(...Array.from({ length: 5 }, round));
    expect(microseconds).toBeLessThan(5);
  });
});
