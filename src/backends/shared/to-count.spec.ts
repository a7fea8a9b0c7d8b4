import { describe, expect, it } from 'vitest';
import { toCount } from './to-count.js';

describe(toCount.name, () => {
  it.each([0, 1, 131_072])('takes %s', (count) => {
    expect(toCount(count)).toBe(count);
  });

  it.each([-5, 1.5, 1e300, Number.NaN, '7', true, null, undefined, {}])('does not know %s', (value) => {
    expect(toCount(value)).toBeUndefined();
  });
});
