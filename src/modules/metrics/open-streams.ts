import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { EventBus } from '../../contracts/business-events.js';
import type { BeginRecord } from '../../contracts/journal.js';
import { MetricLabels } from './metric-labels.js';

/** Counts streamed generations from their beginning to their end. */
@Injectable()
export class OpenStreams implements OnModuleInit {
  readonly byProfile = new Map<string, number>();
  readonly byAgent = new Map<string, number>();

  constructor(
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(MetricLabels) private readonly labels: MetricLabels,
  ) {}

  onModuleInit(): void {
    this.events.on('generation-began', (begin) => this.count(begin, 1));
    this.events.on('generation-settled', ({ begin }) => this.count(begin, -1));
  }

  private count({ stream, profile, agent }: BeginRecord, step: 1 | -1): void {
    if (!stream) return;
    add(this.byProfile, profile, step);
    add(this.byAgent, this.labels.agent(agent), step);
  }
}

const add = (counts: Map<string, number>, key: string, step: number): void => {
  counts.set(key, (counts.get(key) ?? 0) + step);
};
