import { Inject, Injectable, Logger } from '@nestjs/common';
import { ReplyError } from 'ioredis';
import { describeRedisError } from './describe-redis-error.js';
import { infoField } from './info-field.js';
import { RedisAwayError, RedisConnection } from './redis-connection.js';

export type RedisCheck =
  | {
      readonly status: 'healthy';
      readonly redis_version: string;
      /** In human form, such as `1.02M`. */
      readonly used_memory: string;
      readonly connected_clients: number;
    }
  | { readonly status: 'unhealthy'; readonly error: string }
  /** None is configured: the memory of this process serves. */
  | { readonly status: 'disabled' };

/** Written, and gone at once: a server without memory, or that is a replica by now, answers and takes nothing. */
const WRITTEN = 'citadel:health';

/** Whether Redis answers now, and takes what it is given. Never rejects, and takes as long as one command may. */
@Injectable()
export class RedisHealth {
  private readonly logger = new Logger(RedisHealth.name);
  private running: Promise<RedisCheck> | undefined;
  private refuses = false;

  constructor(@Inject(RedisConnection) private readonly connection: RedisConnection) {}

  /** Whether there is a connection, and what was written on it last was taken. */
  get isUp(): boolean {
    return this.connection.ready && !this.refuses;
  }

  /** Askers share one question. */
  check(): Promise<RedisCheck> {
    this.running ??= this.ask().finally(() => (this.running = undefined));
    return this.running;
  }

  private async ask(): Promise<RedisCheck> {
    if (!this.connection.configured) return { status: 'disabled' };
    try {
      const [, info] = await this.connection.run((client) =>
        Promise.all([client.set(WRITTEN, '1', 'PX', 1), client.info()]),
      );
      this.tell(undefined);
      return {
        status: 'healthy',
        redis_version: infoField(info, 'redis_version'),
        used_memory: infoField(info, 'used_memory_human'),
        connected_clients: Number(infoField(info, 'connected_clients')),
      };
    } catch (error) {
      const reason = error instanceof RedisAwayError ? error.message : describeRedisError(error);
      // That it is away its connection tells.
      if (error instanceof ReplyError) this.tell(reason);
      return { status: 'unhealthy', error: reason };
    }
  }

  private tell(refusal: string | undefined): void {
    if (this.refuses === (refusal !== undefined)) return;
    this.refuses = refusal !== undefined;
    if (refusal === undefined) this.logger.log('Redis takes what it is given again');
    else this.logger.warn(`Redis answers and takes nothing: ${refusal}`);
  }
}
