import { Global, Module } from '@nestjs/common';
import { RedisConnection } from './redis-connection.js';
import { RedisHealth } from './redis-health.js';

/** The connection to Redis and who looks after it, also where none is configured. */
@Global()
@Module({ providers: [RedisConnection, RedisHealth], exports: [RedisConnection, RedisHealth] })
export class RedisModule {}
