import { Inject, Injectable, Logger } from '@nestjs/common';
import { describeRedisError, RedisAwayError, RedisConnection } from '../../../infrastructure/redis/index.js';
import { NONCE_KEPT_MS, type NonceUse } from './nonce-use.js';

const KEY = 'citadel:nonce:';

/** Used nonces in Redis. One command decides, so that of all replicas exactly one takes each. */
@Injectable()
export class SharedNonces {
  private readonly logger = new Logger(SharedNonces.name);
  private saidAt = -Infinity;

  constructor(@Inject(RedisConnection) private readonly redis: RedisConnection) {}

  get configured(): boolean {
    return this.redis.configured;
  }

  /** How long it has been there without a break. One that went may have come back empty. */
  get readyForMs(): number {
    return this.redis.ready ? performance.now() - this.redis.readyAt : 0;
  }

  /** Whether it is new for the device; undefined where Redis does not say, though it may have heard. */
  async take({ device, nonce }: NonceUse): Promise<boolean | undefined> {
    try {
      const answer = await this.redis.run((client) =>
        client.set(`${KEY}${device}:${nonce}`, '1', 'PX', NONCE_KEPT_MS, 'NX'),
      );
      return answer !== null;
    } catch (error) {
      // The connection tells when it is lost; a Redis that refuses to write is as good as none.
      if (!(error instanceof RedisAwayError)) this.sayRefused(error);
      return undefined;
    }
  }

  private sayRefused(error: unknown): void {
    if (performance.now() - this.saidAt < NONCE_KEPT_MS) return;
    this.saidAt = performance.now();
    this.logger.warn(`Redis takes no nonces of signed requests: ${describeRedisError(error)}`);
  }
}
