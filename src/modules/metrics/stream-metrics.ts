import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { EventBus } from '../../contracts/business-events.js';
import type { OutcomeRecord } from '../../contracts/journal.js';
import { MetricLabels } from './metric-labels.js';

/** What is particular to generations that were streamed, and to those who read them. */
@Injectable()
export class StreamMetrics implements OnModuleInit {
  constructor(
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(MetricLabels) private readonly labels: MetricLabels,
    @InjectMetric('stream_sessions_total') private readonly sessions: Counter,
    @InjectMetric('stream_chunks_sent_total') private readonly chunks: Counter,
    @InjectMetric('stream_session_duration_seconds') private readonly durations: Histogram,
    @InjectMetric('citadel_readers_blocked_total') private readonly blocked: Counter,
    @InjectMetric('citadel_readers_dropped_total') private readonly dropped: Counter,
  ) {}

  onModuleInit(): void {
    this.events.on('generation-settled', (record) => this.settled(record));
  }

  private settled({ begin, outcome, deliveredPieces, readerWaits, durationMs }: OutcomeRecord): void {
    if (!begin.stream) return;
    const { status } = outcome;
    const { profile } = begin;
    if (readerWaits > 0) this.blocked.inc({ profile }, readerWaits);
    if (outcome.status === 'cancelled' && outcome.reason === 'slow_client') this.dropped.inc({ profile });
    const agent = this.labels.agent(begin.agent);
    this.sessions.inc({ agent, status });
    this.chunks.inc({ agent }, deliveredPieces);
    this.durations.observe({ agent, status }, durationMs / 1000);
  }
}
