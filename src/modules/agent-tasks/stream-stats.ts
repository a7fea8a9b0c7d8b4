import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { EventBus } from '../../contracts/business-events.js';
import type { CancelReason } from '../../contracts/generation-outcome.js';
import type { BeginRecord, OutcomeRecord } from '../../contracts/journal.js';
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

/** Counts the streams of each agent since the start, once at their beginning and once at their end. */
@Injectable()
export class StreamStats implements OnModuleInit {
  private readonly all = new Tally();
  private readonly byAgent = new Map<string, Tally>();

  constructor(
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(AgentRegistry) private readonly agents: AgentRegistry,
  ) {}

  onModuleInit(): void {
    this.events.on('generation-began', (begin) => this.began(begin));
    this.events.on('generation-settled', (outcome) => this.settled(outcome));
  }

  /** Throws `unknown_agent`. */
  of(agent: string): StreamStatsDto {
    const { key } = this.agents.get(agent, 'agent');
    return toStats(key, this.byAgent.get(key) ?? new Tally());
  }

  ofAll(): StreamStatsDto {
    return toStats(ALL, this.all);
  }

  private began({ stream, agent }: BeginRecord): void {
    if (!stream) return;
    for (const tally of this.talliesOf(agent)) {
      tally.total++;
      tally.active++;
    }
  }

  private settled({ begin, outcome, durationMs }: OutcomeRecord): void {
    if (!begin.stream) return;
    const isFailed =
      outcome.status === 'failed' || (outcome.status === 'cancelled' && !BY_CALLER.has(outcome.reason));
    for (const tally of this.talliesOf(begin.agent)) {
      tally.active--;
      tally.durationMs += durationMs;
      if (isFailed) tally.failed++;
      else if (outcome.status === 'finished') tally.completed++;
    }
  }

  /** Only configured agents have one of their own, so there are no more of them than the configuration says. */
  private talliesOf(agent: string | undefined): Tally[] {
    if (agent === undefined) return [this.all];
    let own = this.byAgent.get(agent);
    if (own === undefined) this.byAgent.set(agent, (own = new Tally()));
    return [this.all, own];
  }
}

function toStats(agent: string, { total, active, completed, failed, durationMs }: Tally): StreamStatsDto {
  const over = total - active;
  return {
    agent,
    totalStreams: total,
    activeStreams: active,
    completedStreams: completed,
    failedStreams: failed,
    successRate: `${(total === 0 ? 0 : ((total - failed) / total) * 100).toFixed(2)}%`,
    avgDuration: `${over === 0 ? 0 : Math.round(durationMs / over)}ms`,
  };
}
