import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { EventBus, type BackendAttemptEnded } from '../../contracts/business-events.js';
import { MetricLabels } from './metric-labels.js';

/** Counts and times the calls of model servers. */
@Injectable()
export class BackendMetrics implements OnModuleInit {
  constructor(
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(MetricLabels) private readonly labels: MetricLabels,
    @InjectMetric('citadel_backend_calls_total') private readonly calls: Counter,
    @InjectMetric('citadel_ollama_requests_total') private readonly ollamaCalls: Counter,
    @InjectMetric('citadel_ollama_request_duration_seconds') private readonly ollamaDurations: Histogram,
  ) {}

  onModuleInit(): void {
    this.events.on('backend-attempt-ended', (attempt) => this.ended(attempt));
  }

  private ended({ backend, backendKind, model, endpoint, status, durationMs }: BackendAttemptEnded): void {
    this.calls.inc({ backend, status });
    if (backendKind !== 'ollama') return;
    const labels = { model: this.labels.model(model), endpoint_type: endpoint };
    this.ollamaCalls.inc(labels);
    this.ollamaDurations.observe(labels, durationMs / 1000);
  }
}
