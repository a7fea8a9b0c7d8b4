import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { toMeanMs, toPercent } from '../../common/figures.js';
import { EventBus } from '../../contracts/business-events.js';
import type { CancelReason } from '../../contracts/generation-outcome.js';
import type { BeginRecord, OutcomeRecord } from '../../contracts/journal.js';
import type { Principal } from '../../contracts/principal.js';
import { AgentRegistry } from '../agents/index.js';
import type { StreamStatsDto } from './dto/stream-stats.dto.js';

const ALL = 'all';

/** Ends that the caller brought about. */
const BY_CALLER: ReadonlySet<CancelReason> = new Set(['client_gone', 'cancelled', 'slow_client']);

class Tally {
  total = 0;
  active = 0;
  completed = 0;
  failed = 0;
  durationMs = 0;
}

/** What one tenant has streamed: of all, and of each agent. */
class TenantTallies {
  readonly all = new Tally();
  readonly byAgent = new Map<string, Tally>();
}

/** Counts the streams of each tenant and agent since the start, once at their beginning and once at their end. */
@Injectable()
export class StreamStats implements OnModuleInit {
  private readonly tenants = new Map<string, TenantTallies>();

  constructor(
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(AgentRegistry) private readonly agents: AgentRegistry,
  ) {}

  onModuleInit(): void {
    this.events.on('generation-began', (begin) => this.began(begin));
    this.events.on('generation-settled', (outcome) => this.settled(outcome));
  }

  /** Throws `agent_not_found`. */
  of(agent: string, { tenant }: Principal): StreamStatsDto {
    const { key } = this.agents.get(agent, 'agent', 'agent_not_found');
    return toStats(key, this.tenants.get(tenant)?.byAgent.get(key) ?? new Tally());
  }

  ofAll({ tenant }: Principal): StreamStatsDto {
    return toStats(ALL, this.tenants.get(tenant)?.all ?? new Tally());
  }

  private began(begin: BeginRecord): void {
    if (!begin.stream) return;
    for (const tally of this.talliesOf(begin)) {
      tally.total++;
      tally.active++;
    }
  }

  private settled({ begin, outcome, durationMs }: OutcomeRecord): void {
    if (!begin.stream) return;
    const isFailed =
      outcome.status === 'failed' || (outcome.status === 'cancelled' && !BY_CALLER.has(outcome.reason));
    for (const tally of this.talliesOf(begin)) {
      tally.active--;
      tally.durationMs += durationMs;
      if (isFailed) tally.failed++;
      else if (outcome.status === 'finished') tally.completed++;
    }
  }

  /** Tenants are those that have credentials, agents those that are configured: there are no more tallies than that. */
  private talliesOf({ tenant, agent }: Pick<BeginRecord, 'tenant' | 'agent'>): Tally[] {
    let own = this.tenants.get(tenant);
    if (own === undefined) this.tenants.set(tenant, (own = new TenantTallies()));
    if (agent === undefined) return [own.all];
    let tally = own.byAgent.get(agent);
    if (tally === undefined) own.byAgent.set(agent, (tally = new Tally()));
    return [own.all, tally];
  }
}

function toStats(agent: string, { total, active, completed, failed, durationMs }: Tally): StreamStatsDto {
  return {
    agent,
    totalStreams: total,
    activeStreams: active,
    completedStreams: completed,
    failedStreams: failed,
    successRate: toPercent(total - failed, total),
    avgDuration: toMeanMs(durationMs, total - active),
  };
}
