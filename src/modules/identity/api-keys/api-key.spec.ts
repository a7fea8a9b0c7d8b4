import { describe, expect, it } from 'vitest';
import { digestOf, isApiKey, makeApiKey, shownPartOf } from './api-key.js';

describe('API keys', () => {
  it('are all different, and known by their form', () => {
    const keys = Array.from({ length: 200 }, makeApiKey);
    expect(new Set(keys).size).toBe(200);
    for (const key of keys)
      expect([key, isApiKey(key)]).toEqual([expect.stringMatching(/^pk_live_\w{42}$/), true]);
  });

  it('are not what was mistyped, cut or made up', () => {
    const key = makeApiKey();
    for (let index = 8; index < key.length; index++) {
      const other = key[index] === '0' ? '1' : '0';
      expect(isApiKey(key.slice(0, index) + other + key.slice(index + 1))).toBe(false);
    }
    for (const text of [
      '',
      'pk_',
      'pk_live_',
      key.slice(0, -1),
      `${key}0`,
      ` ${key}`,
      key.replace('live', 'test'),
    ])
      expect([text, isApiKey(text)]).toEqual([text, false]);
  });

  it('show little of themselves', () => {
    const key = makeApiKey();
    expect(shownPartOf(key)).toBe(key.slice(0, 14));
    expect(digestOf(key)).toHaveLength(32);
  });
});
