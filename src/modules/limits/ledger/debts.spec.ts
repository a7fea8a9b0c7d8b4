import { describe, expect, it } from 'vitest';
import type { Counter } from './claim.js';
import { Debts } from './debts.js';

const counter = (key: string): Counter => ({
  key,
  limit: 100,
  perPrompt: 1,
  perCompletion: 1,
  endsAt: undefined,
  history: () => Promise.resolve(0),
});

describe(Debts.name, () => {
  const owed = (debts: Debts) => debts.take().map(({ counter: { key }, used }) => [key, used]);

  it('sums up what each counter was used for, once', () => {
    const debts = new Debts();
    debts.add([counter('a'), counter('b')], [1, 2]);
    debts.add([counter('b'), counter('c')], [3, 0]);
    expect(owed(debts)).toEqual([
      ['a', 1],
      ['b', 5],
    ]);
    expect(owed(debts)).toEqual([]);
  });

  it('owes nothing for slots alone', () => {
    const debts = new Debts();
    debts.add([], []);
    expect(debts.size).toBe(0);
  });

  it('is bounded: the oldest go', () => {
    const debts = new Debts();
    for (let at = 0; at < 10_002; at += 1) debts.add([counter(`${at}`)], [1]);
    expect(debts.size).toBe(10_000);
    expect(owed(debts)[0]).toEqual(['2', 1]);
  });
});
