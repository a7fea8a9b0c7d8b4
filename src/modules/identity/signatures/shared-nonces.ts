import { Inject, Injectable } from '@nestjs/common';
import { RedisConnection } from '../../../infrastructure/redis/index.js';
import { NONCE_KEPT_MS, type NonceUse } from './nonce-use.js';

const KEY = 'citadel:nonce:';

/** Used nonces in Redis. One command decides, so that of all replicas exactly one takes each. */
@Injectable()
export class SharedNonces {
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
    } catch {
      // The connection tells when it is lost; a Redis that refuses to write is as good as none.
      return undefined;
    }
  }
}
