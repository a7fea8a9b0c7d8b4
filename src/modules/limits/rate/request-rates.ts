import { Inject, Injectable, Logger } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { AppConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { RedisConnection } from '../../../infrastructure/redis/index.js';
import { LocalRates, type RateCheck } from './local-rates.js';
import { tooManyRequests } from './rate-headers.js';
import { isTrustedCaller, RateRules } from './rate-rules.js';
import { SharedRates } from './shared-rates.js';
import type { RateAnswer } from './sliding-window.js';

const WINDOW_MS = 60_000;

/**
 * How many requests a caller may make. Redis counts for all replicas; without one, and while it is away, each counts for
 * itself and gives away its share.
 */
@Injectable()
export class RequestRates {
  readonly enabled: boolean;
  readonly rules: RateRules;
  private readonly logger = new Logger(RequestRates.name);
  private readonly local: LocalRates;
  private readonly shared: SharedRates;
  private told: 'shared' | 'local' = 'shared';

  constructor(
    @Inject(AppConfig) { limits }: AppConfig,
    @Inject(RedisConnection) private readonly redis: RedisConnection,
  ) {
    this.enabled = limits.rate.enabled;
    this.rules = new RateRules(limits.rate);
    this.local = new LocalRates(WINDOW_MS, SYSTEM_CLOCK, 1 / limits.replicas);
    this.shared = new SharedRates(redis, WINDOW_MS);
  }

  /** Answers at once where this process decides. Never rejects. */
  take(checks: readonly RateCheck[]): RateAnswer | Promise<RateAnswer> {
    if (!this.redis.configured) return this.local.take(checks);
    if (!this.redis.ready) return this.takeLocally(checks);
    return this.shared.take(checks).then(
      (answer) => {
        this.tell('shared');
        return answer;
      },
      () => this.takeLocally(checks),
    );
  }

  /** For a message on a socket, which is a request like any other. Throws `rate_limit_exceeded`. */
  async countMessage(principal: Principal, endpoint: string): Promise<void> {
    if (!this.enabled || isTrustedCaller(principal)) return;
    const answer = await this.take(this.rules.forCaller(principal, endpoint));
    if (!answer.allowed) throw tooManyRequests(answer);
  }

  /** For a generation of an agent that has a limit of its own. Throws `rate_limit_exceeded`. */
  async countAgent(principal: Principal, agent: string): Promise<void> {
    const checks = this.agentChecks(principal, agent);
    if (checks === undefined) return;
    const answer = await this.take(checks);
    if (!answer.allowed) throw tooManyRequests(answer, 'Too many requests for this agent.');
  }

  agentChecks(principal: Principal, agent: string | undefined): readonly RateCheck[] | undefined {
    if (!this.enabled || agent === undefined || isTrustedCaller(principal)) return undefined;
    return this.rules.forAgent(principal, agent);
  }

  private takeLocally(checks: readonly RateCheck[]): RateAnswer {
    this.tell('local');
    return this.local.take(checks);
  }

  private tell(state: 'shared' | 'local'): void {
    if (state === this.told) return;
    this.told = state;
    if (state === 'shared') this.logger.log('requests are counted by Redis again, for all replicas');
    else
      this.logger.warn(
        'Redis is away or takes nothing: requests are limited by each replica for itself, to its share',
      );
  }
}
