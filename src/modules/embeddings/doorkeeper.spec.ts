import { describe, expect, it } from 'vitest';
import { Doorkeeper } from './doorkeeper.js';

const KEYS = 8;
const numbers = (count: number) => Array.from({ length: count }, (_, number) => `text ${number}`);

describe(Doorkeeper.name, () => {
  it('admits what it has met', () => {
    const doorkeeper = new Doorkeeper(KEYS);
    expect(['a', 'b', 'a', 'a'].map((key) => doorkeeper.admits(key))).toEqual([false, false, true, true]);
  });

  it('remembers as many as it was told', () => {
    const doorkeeper = new Doorkeeper(KEYS);
    expect(numbers(KEYS).some((key) => doorkeeper.admits(key))).toBe(false);
    expect(numbers(KEYS).every((key) => doorkeeper.admits(key))).toBe(true);
  });

  it('admits none of many that come one after the other, however often', () => {
    const doorkeeper = new Doorkeeper(KEYS);
    const all = numbers(2 * KEYS + 1);
    expect([...all, ...all, ...all].some((key) => doorkeeper.admits(key))).toBe(false);
  });
});
