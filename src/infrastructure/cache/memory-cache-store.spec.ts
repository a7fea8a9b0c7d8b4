import { createCache } from 'cache-manager';
import { describe, expect, it, vi } from 'vitest';
import { createMemoryStore } from './cache-stores.js';
import { MemoryCacheStore } from './memory-cache-store.js';

/** Takes 100 bytes by two for each character. */
const VALUE = 'x'.repeat(49);

describe(MemoryCacheStore.name, () => {
  it('keeps those used last, as many as it may', () => {
    const store = new MemoryCacheStore(10_000, 3);
    for (const key of ['a', 'b', 'c']) store.set(key, key);
    store.get('a');
    store.set('d', 'd');
    expect(['a', 'b', 'c', 'd'].map((key) => store.get(key))).toEqual(['a', undefined, 'c', 'd']);
  });

  it('keeps as many bytes as it may, and counts those that go', () => {
    const store = new MemoryCacheStore(300, 100);
    for (let round = 0; round < 10; round++)
      for (const key of ['a', 'b', 'c', 'd']) {
        store.set(key, VALUE);
        if (key === 'b') store.delete('b');
        if (key === 'c') store.set('c', VALUE);
      }
    expect(['a', 'b', 'c', 'd'].map((key) => store.get(key))).toEqual([VALUE, undefined, VALUE, VALUE]);
    store.clear();
    for (const key of ['e', 'f', 'g']) store.set(key, VALUE);
    expect(['a', 'e', 'f', 'g'].map((key) => store.get(key))).toEqual([undefined, VALUE, VALUE, VALUE]);
  });

  it('does not keep what alone is too much, nor what it had under that key', () => {
    const store = new MemoryCacheStore(300);
    store.set('a', VALUE);
    store.set('a', 'x'.repeat(150));
    expect(store.get('a')).toBeUndefined();
    for (const key of ['b', 'c', 'd']) store.set(key, VALUE);
    expect(store.get('b')).toBe(VALUE);
  });

  it('says whether there was something to delete', () => {
    const store = new MemoryCacheStore();
    store.set('a', VALUE);
    expect([store.delete('a'), store.delete('a')]).toEqual([true, false]);
  });
});

describe('a cache in memory', () => {
  it('gives back a copy of what it was given, until its time is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const store = new MemoryCacheStore();
    const cache = createCache({ ttl: 1000, stores: [createMemoryStore(store)] });
    const value = { text: 'ü\u0080"\n', list: [1, { a: null }] };
    await cache.set('key', value);
    await cache.set('brief', value, 10);
    const found = await cache.get('key');
    expect(found).toEqual(value);
    expect(found).not.toBe(value);
    expect(store.get('key')).toContain('"expires"');

    vi.setSystemTime(Date.now() + 11);
    expect([await cache.get('key'), await cache.get('brief')]).toEqual([value, undefined]);
    vi.setSystemTime(Date.now() + 1000);
    expect([await cache.get('key'), store.get('key')]).toEqual([undefined, undefined]);
  });
});
