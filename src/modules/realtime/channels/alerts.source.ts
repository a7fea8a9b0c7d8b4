import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AppConfig, type AlertRule } from '../../../config/index.js';
import { EventBus } from '../../../contracts/business-events.js';
import { DatabaseHealth } from '../../../infrastructure/database/index.js';
import { BackendDirectory } from '../../models/index.js';
import { AlertRuleState } from './alert-rule-state.js';
import type { ChannelSource } from './channel.js';
import { OwnFigures } from './own-figures.js';
import { RecentOutcomes } from './recent-outcomes.js';

/** Says when a threshold was passed for too long, and when all is well again. */
@Injectable()
export class AlertsSource implements ChannelSource, OnModuleInit {
  readonly channel = 'alerts';
  /** A rule has to be looked at also while nobody listens: it may fire when somebody comes. */
  readonly isAlwaysAwake = true;
  private readonly outcomes = new RecentOutcomes();
  private readonly states: readonly AlertRuleState[];
  private readonly hasRedis: boolean;

  constructor(
    @Inject(AppConfig) { alerts, redis }: AppConfig,
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(BackendDirectory) private readonly backends: BackendDirectory,
    @Inject(OwnFigures) private readonly figures: OwnFigures,
    @Inject(DatabaseHealth) private readonly database: DatabaseHealth,
  ) {
    this.states = alerts.map((rule) => new AlertRuleState(rule));
    this.hasRedis = redis.kind === 'redis';
  }

  onModuleInit(): void {
    this.events.on('generation-settled', ({ outcome, firstTokenMs, durationMs }) =>
      this.outcomes.add(outcome.status === 'failed', firstTokenMs ?? durationMs, Date.now()),
    );
  }

  snapshot(): Promise<readonly object[]> {
    return Promise.resolve(this.states.map(({ firing }) => firing).filter((alert) => alert !== undefined));
  }

  async news(now = Date.now()): Promise<readonly object[]> {
    const alerts: object[] = [];
    for (const state of this.states) {
      const alert = state.update(await this.read(state.rule.signal, now), now);
      if (alert !== undefined) alerts.push(alert);
    }
    return alerts;
  }

  private async read(signal: AlertRule['signal'], now: number): Promise<number> {
    switch (signal) {
      case 'error_rate':
        return this.outcomes.errorRate(now);
      case 'first_token_p95_seconds':
        return this.outcomes.latencyP95(now);
      case 'dependencies_down':
        return this.dependenciesDown();
      case 'audit_pending':
        return (await this.figures.sum('citadel_audit_pending')) ?? 0;
      case 'audit_lag_seconds':
        return (await this.figures.sum('citadel_audit_lag_seconds')) ?? 0;
      case 'audit_spool_bytes':
        return (await this.figures.sum('citadel_audit_spool_bytes')) ?? 0;
    }
  }

  private async dependenciesDown(): Promise<number> {
    const broken = this.backends.gates.filter(({ breaker }) => breaker.state === 'open').length;
    const isRedisUp = !this.hasRedis || (await this.figures.sum('citadel_redis_up')) !== 0;
    const hasRoom = (await this.figures.sum('citadel_audit_room')) !== 0;
    return broken + [isRedisUp, this.database.isUp, hasRoom].filter((isWell) => !isWell).length;
  }
}
