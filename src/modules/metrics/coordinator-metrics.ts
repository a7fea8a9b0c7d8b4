import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter, Histogram } from 'prom-client';
import { EventBus } from '../../contracts/business-events.js';

/** Accounts for each workflow once, when it is over. */
@Injectable()
export class CoordinatorMetrics implements OnModuleInit {
  constructor(
    @Inject(EventBus) private readonly events: EventBus,
    @InjectMetric('coordinator_workflows_total') private readonly workflows: Counter,
    @InjectMetric('coordinator_workflow_duration_seconds') private readonly durations: Histogram,
  ) {}

  onModuleInit(): void {
    this.events.on('workflow-settled', ({ strategy, status, durationMs }) => {
      this.workflows.inc({ strategy, status });
      this.durations.observe({ strategy, status }, durationMs / 1000);
    });
  }
}
