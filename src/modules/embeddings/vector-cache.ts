import { Inject, Injectable } from '@nestjs/common';
import { EventBus } from '../../contracts/business-events.js';
import { RedisConnection } from '../../infrastructure/redis/index.js';
import { Doorkeeper } from './doorkeeper.js';
import { RecentVectors } from './recent-vectors.js';
import { Vector } from './vector.js';

const TTL_MS = 3_600_000;

type Found = (Vector | undefined)[];

/**
 * Vectors by key for an hour: those made or used last in this process, and all of them in Redis where one is configured. What
 * Redis has is kept here too when it is asked for again. It never fails: what cannot be reached was not there.
 */
@Injectable()
export class VectorCache {
  private readonly recent = new RecentVectors(TTL_MS);
  private readonly doorkeeper = new Doorkeeper();

  constructor(
    @Inject(RedisConnection) private readonly redis: RedisConnection,
    @Inject(EventBus) private readonly events: EventBus,
  ) {}

  /** By position; undefined where there is none. What is in this process is there at once. */
  getAll(keys: readonly string[]): Found | Promise<Found> {
    const found = keys.map((key) => this.recent.get(key));
    if (!found.includes(undefined) || !this.redis.ready) return this.counted(found);
    return this.addShared(keys, found);
  }

  /** What is in this process by now: what was not found may have been made since. */
  getRecent(key: string): Vector | undefined {
    return this.recent.get(key);
  }

  /** Keeps them. The caller does not wait for Redis. */
  setAll(vectors: ReadonlyMap<string, Vector>): void {
    for (const [key, vector] of vectors) this.recent.set(key, vector);
    if (!this.redis.ready) return this.count('set', 'success', vectors.size);
    this.redis
      .run(async (client) => {
        const pipeline = client.pipeline();
        for (const [key, { bytes }] of vectors) pipeline.set(key, bytes, 'PX', TTL_MS);
        // Each is answered for itself: one short of memory refuses them, and the pipeline has run all the same.
        for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
      })
      .then(
        () => this.count('set', 'success', vectors.size),
        () => this.count('set', 'error', vectors.size),
      );
  }

  private async addShared(keys: readonly string[], found: Found): Promise<Found> {
    const missing = keys.filter((_, at) => found[at] === undefined);
    try {
      const values = await this.redis.run((client) => client.mgetBuffer(missing));
      let next = 0;
      for (const [at, key] of keys.entries()) {
        if (found[at] !== undefined) continue;
        const value = values[next++];
        const vector = Vector.from(value ?? null);
        if (vector === undefined) continue;
        found[at] = vector;
        // A copy: what Redis gave is a part of all that was read with it, and would keep that alive.
        if (this.doorkeeper.admits(key)) this.recent.set(key, vector.copy());
      }
    } catch {
      this.count('get', 'error', missing.length);
    }
    return this.counted(found);
  }

  private counted(found: Found): Found {
    const hits = found.reduce((count, vector) => (vector === undefined ? count : count + 1), 0);
    this.count('get', 'hit', hits);
    this.count('get', 'miss', found.length - hits);
    return found;
  }

  private count(operation: 'get' | 'set', result: 'hit' | 'miss' | 'success' | 'error', count: number): void {
    if (count > 0) this.events.emit('cache-used', { operation, result, count });
  }
}
