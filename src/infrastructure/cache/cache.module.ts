import { Module } from '@nestjs/common';
import { CacheModule as NestCacheModule } from '@nestjs/cache-manager';
import { AppConfig } from '../../config/index.js';
import { RedisConnection } from '../redis/index.js';
import { createMemoryStore, createRedisStore } from './cache-stores.js';

const TTL_MS = 3_600_000;

/** The cache, by the token CACHE_MANAGER: in Redis where one is configured, else in memory. For an hour unless told. */
@Module({
  imports: [
    NestCacheModule.registerAsync({
      isGlobal: true,
      inject: [AppConfig, RedisConnection],
      useFactory: async ({ redis }: AppConfig, connection: RedisConnection) => ({
        ttl: TTL_MS,
        stores: [redis.kind === 'redis' ? await createRedisStore(connection) : createMemoryStore()],
      }),
    }),
  ],
})
export class CacheModule {}
