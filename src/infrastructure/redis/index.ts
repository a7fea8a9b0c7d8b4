export { describeRedisError } from './describe-redis-error.js';
export { RedisChannels } from './redis-channels.js';
export { RedisAwayError, RedisConnection } from './redis-connection.js';
export { RedisHealth } from './redis-health.js';
export { RedisScript } from './redis-script.js';
export { RedisModule } from './redis.module.js';
