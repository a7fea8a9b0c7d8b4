import { Inject, Injectable, Logger } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { NonceRows } from './nonce-rows.js';
import { NONCE_KEPT_MS, type NonceUse } from './nonce-use.js';
import { SharedNonces } from './shared-nonces.js';

/** Redis may be back sooner than the time in which it was missed is over. */
const RETRY_AFTER_S = 5;

/**
 * Nonces that signatures have used up. Redis is asked first, where one is configured, and PostgreSQL by whom it let
 * through: were both asked at once, of two that race each could win in one store, and both would be refused. A store that
 * is away is done without, unless the other one may have missed a use meanwhile.
 */
@Injectable()
export class UsedNonces {
  private readonly logger = new Logger(UsedNonces.name);
  /** When a nonce was last taken that the store was not told of, in ms of the process's clock. */
  private missedByRedisAt = -Infinity;
  private missedByRowsAt = -Infinity;

  constructor(
    @Inject(NonceRows) private readonly rows: NonceRows,
    @Inject(SharedNonces) private readonly shared: SharedNonces,
  ) {}

  /** Whether it is new for the device; of many at once, for one. Rejects with `dependency_unavailable` where nobody can tell. */
  async take(use: NonceUse): Promise<boolean> {
    if (!this.shared.configured) return this.rows.take(use);
    const isNew = await this.shared.take(use);
    if (isNew === undefined) return this.takeWithoutRedis(use);
    return isNew && this.takeFromRows(use);
  }

  private async takeWithoutRedis(use: NonceUse): Promise<boolean> {
    if (!(await this.rows.take(use))) return false;
    if (isRecent(this.missedByRowsAt)) throw undecided();
    this.missedByRedisAt = performance.now();
    return true;
  }

  private async takeFromRows(use: NonceUse): Promise<boolean> {
    let isNew: boolean;
    try {
      isNew = await this.rows.take(use);
    } catch (error) {
      if (!isAway(error) || !this.redisKnowsAll()) throw error;
      if (!isRecent(this.missedByRowsAt))
        this.logger.warn('PostgreSQL takes no nonces of signed requests: Redis alone refuses replays');
      this.missedByRowsAt = performance.now();
      return true;
    }
    // Of what PostgreSQL missed only a Redis that forgot nothing can tell.
    if (isNew && isRecent(this.missedByRowsAt) && !this.redisKnowsAll()) throw undecided();
    return isNew;
  }

  private redisKnowsAll(): boolean {
    return this.shared.readyForMs >= NONCE_KEPT_MS && !isRecent(this.missedByRedisAt);
  }
}

/** So recent that the nonce could be used again. */
const isRecent = (at: number): boolean => performance.now() - at < NONCE_KEPT_MS;

const isAway = (error: unknown): boolean =>
  error instanceof GatewayError && error.code === 'dependency_unavailable';

const undecided = () =>
  new GatewayError('dependency_unavailable', 'Whether the nonce was used before cannot be told just now.', {
    retryAfterS: RETRY_AFTER_S,
  });
