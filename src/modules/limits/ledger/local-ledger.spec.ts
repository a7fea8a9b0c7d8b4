import { describe, expect, it } from 'vitest';
import { amountOf, type Claim, type Counter } from './claim.js';
import { LocalLedger } from './local-ledger.js';

const counter = (limit: number, more: Partial<Counter> = {}): Counter => ({
  key: 'tokens',
  limit,
  perPrompt: 1,
  perCompletion: 1,
  endsAt: undefined,
  history: () => Promise.resolve(0),
  ...more,
});
const claim = (more: Partial<Claim>): Claim => ({
  slots: [],
  counters: [],
  promptTokens: 0,
  completionTokens: 100,
  ...more,
});
const open = (counters: readonly Counter[], { replicas = 1, usedBefore = 0 } = {}) => {
  const ledger = new LocalLedger(replicas, () => 0);
  for (const each of counters) ledger.open(each, usedBefore);
  return ledger;
};

describe(LocalLedger.name, () => {
  it('gives what is left where less is left than is wanted, and then nothing', () => {
    const counters = [counter(250)];
    const ledger = open(counters);
    const granted = Array.from({ length: 4 }, () => ledger.reserve(claim({ counters, promptTokens: 10 })));
    expect(granted).toMatchObject([
      { granted: 100 },
      { granted: 100 },
      { granted: 20 },
      { refused: 'counter' },
    ]);
  });

  it('counts what was used, and gives back the rest', () => {
    const counters = [counter(100)];
    const ledger = open(counters);
    const wanted = claim({ counters, promptTokens: 10 });
    expect(ledger.reserve(wanted)).toMatchObject({ granted: 90, standings: [{ left: 0, reserved: 100 }] });
    ledger.settle(wanted, [100], [40]);
    expect(ledger.standing(counters[0]!)).toEqual({ left: 60, reserved: 0 });
  });

  it('grants no more than the strictest allows, and takes nothing where one refuses', () => {
    const wide = counter(1_000, { key: 'wide' });
    const strict = counter(120, { key: 'strict' });
    const ledger = open([wide, strict]);
    const wanted = claim({ counters: [wide, strict], promptTokens: 20 });
    expect(ledger.reserve(wanted)).toMatchObject({ granted: 100 });
    expect(ledger.reserve(wanted)).toMatchObject({ refused: 'counter', at: 1 });
    expect(ledger.standing(wide)).toEqual({ left: 880, reserved: 120 });
  });

  it('counts money by the prices of prompts and completions', () => {
    const money = counter(10_000, { perPrompt: 2.5, perCompletion: 60 });
    const ledger = open([money]);
    const wanted = claim({ counters: [money], promptTokens: 1_001, completionTokens: 1_000 });
    const granted = Math.floor((10_000 - 2_502.5) / 60);
    expect(ledger.reserve(wanted)).toMatchObject({ granted });
    expect(ledger.standing(money)!.left).toBe(10_000 - amountOf(money, 1_001, granted));
  });

  it('lets in what costs nothing, also with nothing left', () => {
    const money = counter(0, { perPrompt: 0, perCompletion: 0 });
    expect(open([money]).reserve(claim({ counters: [money] }))).toMatchObject({ granted: 100 });
  });

  it('refuses a prompt that does not fit where no completion is wanted', () => {
    const counters = [counter(50)];
    const ledger = open(counters);
    expect(ledger.reserve(claim({ counters, promptTokens: 51, completionTokens: 0 }))).toMatchObject({
      refused: 'counter',
    });
    expect(ledger.reserve(claim({ counters, promptTokens: 50, completionTokens: 0 }))).toMatchObject({
      granted: 0,
    });
  });

  it('gives away its share of what was left when it began', () => {
    const counters = [counter(1_000)];
    const ledger = open(counters, { replicas: 3, usedBefore: 400 });
    expect(ledger.reserve(claim({ counters, completionTokens: 900 }))).toMatchObject({ granted: 200 });
    expect(ledger.reserve(claim({ counters }))).toMatchObject({ refused: 'counter' });
  });

  it('lets so many run at a time, and the next when one is settled', () => {
    const ledger = open([]);
    const wanted = claim({ slots: [{ key: 'ada', most: 2 }] });
    expect([1, 2, 3].map(() => 'granted' in ledger.reserve(wanted))).toEqual([true, true, false]);
    ledger.settle(wanted, [], []);
    expect([1, 2].map(() => 'granted' in ledger.reserve(wanted))).toEqual([true, false]);
  });

  it('leaves nothing behind, in whatever order things begin and end', () => {
    const counters = [counter(1_000_000)];
    const ledger = open(counters);
    const wanted = claim({ counters, slots: [{ key: 'ada', most: 7 }], promptTokens: 3 });
    let running = 0;
    let used = 0;
    for (let at = 0; at < 10_000; at++) {
      if ((at * 7_919) % 3 !== 0 || running === 0) {
        if ('granted' in ledger.reserve(wanted)) running++;
      } else {
        running--;
        used += at % 50;
        ledger.settle(wanted, [103], [at % 50]);
      }
      expect(running).toBeLessThanOrEqual(7);
    }
    for (; running > 0; running--) ledger.settle(wanted, [103], [0]);
    expect(ledger.standing(counters[0]!)).toEqual({ left: 1_000_000 - used, reserved: 0 });
    expect(Array.from({ length: 8 }, () => 'granted' in ledger.reserve(wanted)).filter(Boolean)).toHaveLength(
      7,
    );
  });

  it('looks for what has ended once a second at most, however many begin', () => {
    let now = 0;
    const ledger = new LocalLedger(1, () => now);
    const begin = (name: string, endsAt: number) => {
      const all = Array.from({ length: 10_000 }, (_, at) => counter(1, { key: `${name}-${at}`, endsAt }));
      for (const each of all) ledger.open(each, 0);
      return () => ledger.knows(all[0]!);
    };
    const first = begin('first', 10);
    now = 20;
    const second = begin('second', 30);
    expect([first(), second()]).toEqual([false, true]);
    now = 900;
    begin('third', 5_000);
    expect(second()).toBe(true);
    now = 1_100;
    begin('fourth', 5_000);
    expect(second()).toBe(false);
  });
});
