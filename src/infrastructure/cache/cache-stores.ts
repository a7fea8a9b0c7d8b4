import { KeyvAdapter } from 'cache-manager';
import { Keyv } from 'keyv';
import type { RedisConnection } from '../redis/index.js';
import { MemoryCacheStore } from './memory-cache-store.js';
import { RedisCommands } from './redis-commands.js';

/** Keys are written out by those who use them. Failures are told to who asked, and not kept to oneself. */
const COMMON = { useKeyPrefix: false, throwOnErrors: true };

/** Values in the memory of this process. */
export const createMemoryStore = (store = new MemoryCacheStore()): Keyv =>
  new Keyv({ ...COMMON, store, serialize: JSON.stringify, deserialize: JSON.parse });

/** Values in Redis, shared by all who use the same one. */
export async function createRedisStore(connection: RedisConnection): Promise<Keyv> {
  // Loaded where it is used: it takes as long as a tenth of the start.
  const { redisInsStore } = await import('cache-manager-redis-yet');
  const client = new RedisCommands(connection) as unknown as Parameters<typeof redisInsStore>[0];
  const keyv = new Keyv({ ...COMMON, store: new KeyvAdapter(redisInsStore(client)) });
  // The store does it.
  keyv.serialize = undefined;
  keyv.deserialize = undefined;
  return keyv;
}
