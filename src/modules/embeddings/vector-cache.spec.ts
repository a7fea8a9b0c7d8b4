import { describe, expect, it } from 'vitest';
import { EventBus, type CacheUsed } from '../../contracts/business-events.js';
import type { RedisConnection } from '../../infrastructure/redis/index.js';
import { Vector } from './vector.js';
import { VectorCache } from './vector-cache.js';

describe(VectorCache.name, () => {
  it.each([
    ['success', null],
    ['error', new Error("OOM command not allowed when used memory > 'maxmemory'.")],
  ])('counts what Redis was given as %s where it says so', async (result, error) => {
    const events = new EventBus();
    const used = new Promise<CacheUsed>((resolve) => events.on('cache-used', resolve));
    const pipeline = { set: () => undefined, exec: () => Promise.resolve([[error, null]]) };
    const redis = { ready: true, run: (use: (of: object) => unknown) => use({ pipeline: () => pipeline }) };
    const cache = new VectorCache(redis as unknown as RedisConnection, events);
    cache.setAll(new Map([['key', Vector.of(Float32Array.of(1), 1)]]));
    expect(await used).toEqual({ operation: 'set', result, count: 1 });
  });
});
