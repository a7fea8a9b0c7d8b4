import { Global, Module } from '@nestjs/common';
import { RedisChannels } from './redis-channels.js';
import { RedisConnection } from './redis-connection.js';
import { RedisHealth } from './redis-health.js';

/** The connection to Redis and who looks after it, also where none is configured. */
@Global()
@Module({
  providers: [RedisChannels, RedisConnection, RedisHealth],
  exports: [RedisChannels, RedisConnection, RedisHealth],
})
export class RedisModule {}
