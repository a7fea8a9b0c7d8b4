import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectMetric } from '@willsoto/nestjs-prometheus';
import { Counter } from 'prom-client';
import { EventBus } from '../../contracts/business-events.js';

/** Counts what the cache was asked for, and whether it had it. */
@Injectable()
export class CacheMetrics implements OnModuleInit {
  constructor(
    @Inject(EventBus) private readonly events: EventBus,
    @InjectMetric('citadel_cache_operations_total') private readonly operations: Counter,
  ) {}

  onModuleInit(): void {
    this.events.on('cache-used', ({ operation, result, count }) =>
      this.operations.inc({ operation, result }, count),
    );
  }
}
