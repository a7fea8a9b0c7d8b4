import { describe, expect, it } from 'vitest';
import { MessageRate } from './message-rate.js';

describe(MessageRate.name, () => {
  it('takes so many in a second, and as many in the next', () => {
    const rate = new MessageRate(2);
    expect([0, 1, 999, 1000, 1001, 1002].map((at) => rate.take(5_000 + at))).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
  });
});
