import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';
import { RedisConnection } from '../../../infrastructure/redis/index.js';

const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 10_000;
const KEY = 'citadel:auth-failures:';

interface Attempts {
  readonly until: number;
  /** Digests of what was tried: the same wrong credential again is a client that has not noticed, and no guess. */
  readonly tried: Set<string>;
  /** As far as the replicas have told, all of them together. */
  everywhere: number;
}

/** A credential that counts as wrong until it is known. */
export interface Suspicion {
  /** It was wrong. */
  confirm(): void;
  /** It was not. */
  drop(): void;
}

/** What is counted already stays so. */
const NONE: Suspicion = { confirm: () => undefined, drop: () => undefined };

/** How many wrong credentials came from an address within a minute: here, and with a Redis on all replicas. */
@Injectable()
export class FailedAttempts {
  private readonly logger = new Logger(FailedAttempts.name);
  private readonly byAddress = new Map<string, Attempts>();
  private readonly most: number;

  constructor(
    @Inject(AppConfig) { identity }: AppConfig,
    @Inject(RedisConnection) private readonly redis: RedisConnection,
  ) {
    this.most = identity.failuresPerMinute;
  }

  /** Seconds this address has to wait; undefined when it may try. */
  waitS(address: string, nowMs: number = SYSTEM_CLOCK.now()): number | undefined {
    const attempts = this.byAddress.get(address);
    if (attempts === undefined || nowMs >= attempts.until) return undefined;
    if (Math.max(attempts.tried.size, attempts.everywhere) < this.most) return undefined;
    return Math.ceil((attempts.until - nowMs) / 1000);
  }

  /** What an address is told that has to wait. */
  refusalOf(address: string): GatewayError | undefined {
    const retryAfterS = this.waitS(address);
    return retryAfterS === undefined ? undefined : tooManyFailures(retryAfterS);
  }

  count(address: string, credential: string, nowMs: number = SYSTEM_CLOCK.now()): void {
    this.suspect(address, credential, nowMs).confirm();
  }

  /** Counts a credential of which it is not known yet whether it is wrong. */
  suspect(address: string, credential: string, nowMs: number = SYSTEM_CLOCK.now()): Suspicion {
    const attempts = this.attemptsOf(address, nowMs);
    const digest = createHash('sha256').update(credential).digest('base64url');
    if (attempts.tried.has(digest) || attempts.tried.size >= this.most) return NONE;
    attempts.tried.add(digest);
    return {
      confirm: () => {
        if (this.redis.ready) void this.countEverywhere(address, attempts);
      },
      drop: () => void attempts.tried.delete(digest),
    };
  }

  private attemptsOf(address: string, nowMs: number): Attempts {
    const known = this.byAddress.get(address);
    if (known !== undefined && nowMs < known.until) return known;
    const attempts: Attempts = { until: nowMs + WINDOW_MS, tried: new Set(), everywhere: 0 };
    this.byAddress.delete(address);
    this.byAddress.set(address, attempts);
    if (this.byAddress.size > MOST_ADDRESSES) this.byAddress.delete(this.byAddress.keys().next().value!);
    return attempts;
  }

  private async countEverywhere(address: string, attempts: Attempts): Promise<void> {
    try {
      // The minute begins with the first of them. `PEXPIRE … NX` would say the same to a Redis from 7.0 on only.
      const [, [, count] = []] =
        (await this.redis.run((client) =>
          client
            .multi()
            .set(KEY + address, 0, 'PX', WINDOW_MS, 'NX')
            .incr(KEY + address)
            .exec(),
        )) ?? [];
      attempts.everywhere = Math.max(attempts.everywhere, Number(count ?? 0));
    } catch (error) {
      this.logger.debug({ err: error }, 'failed attempts are counted here alone');
    }
  }
}

export const tooManyFailures = (retryAfterS: number): GatewayError =>
  new GatewayError('rate_limit_exceeded', 'Too many wrong credentials came from your address.', {
    retryAfterS,
  });
