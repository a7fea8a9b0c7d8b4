import { beforeEach, describe, expect, it } from 'vitest';
import { RetryBudget } from './retry-budget.js';

describe(RetryBudget.name, () => {
  let now: number;
  let budget: RetryBudget;

  beforeEach(() => {
    now = 0;
    budget = new RetryBudget({ now: () => now });
  });

  /** How many retries it grants at this moment. */
  function granted(): number {
    let count = 0;
    while (budget.spend()) count++;
    return count;
  }

  it('grants three at first, and none when they are spent', () => {
    expect([granted(), budget.spend()]).toEqual([3, false]);
  });

  it('grants three more each second', () => {
    granted();
    now += 333;
    expect(granted()).toBe(0);
    now += 1;
    expect(granted()).toBe(1);
    now += 1_000;
    expect(granted()).toBe(3);
  });

  it('grants one more for each ten calls', () => {
    granted();
    for (let i = 0; i < 101; i++) budget.noteCall();
    expect(granted()).toBe(10);
  });

  it('saves up ten seconds’ worth at most', () => {
    now += 3_600_000;
    for (let i = 0; i < 10_000; i++) budget.noteCall();
    expect(granted()).toBe(30);
  });

  it('keeps attempts of a full outage near one a call', () => {
    let retries = 0;
    for (let i = 0; i < 10_000; i++) {
      now += 1;
      budget.noteCall();
      if (budget.spend()) retries++;
    }
    expect(retries).toBeGreaterThan(1_000);
    expect(retries).toBeLessThanOrEqual(1_000 + 3 * 10 + 3);
  });
});
