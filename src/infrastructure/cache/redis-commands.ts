import type { RedisConnection } from '../redis/index.js';

/**
 * As much of a node-redis client as `cache-manager-redis-yet` calls, on the connection the gateway has anyway: with its
 * time-out, and refused at once while Redis is away.
 */
export class RedisCommands {
  constructor(private readonly connection: RedisConnection) {}

  get(key: string): Promise<string | null> {
    return this.connection.run((client) => client.get(key));
  }

  set(key: string, value: string, { PX }: { PX: number }): Promise<unknown> {
    return this.connection.run((client) => client.set(key, value, 'PX', PX));
  }

  mGet(keys: string[]): Promise<(string | null)[]> {
    return this.connection.run((client) => client.mget(keys));
  }

  del(keys: string | string[]): Promise<number> {
    return this.connection.run((client) => client.del([keys].flat()));
  }

  /** Others keep things there as well. */
  flushDb(): Promise<never> {
    return Promise.reject(new Error('The cache in Redis is not emptied as a whole.'));
  }
}
