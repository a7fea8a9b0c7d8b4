import { Module, type DynamicModule } from '@nestjs/common';
import { PrometheusModule } from '@willsoto/nestjs-prometheus';
import { Registry } from 'prom-client';
import { ModelsModule } from '../models/index.js';
import { BackendMetrics } from './backend-metrics.js';
import { CacheMetrics } from './cache-metrics.js';
import { CoordinatorMetrics } from './coordinator-metrics.js';
import { GenerationMetrics } from './generation-metrics.js';
import { HttpMetrics } from './http-metrics.js';
import { MetricLabels } from './metric-labels.js';
import { toMetricProviders } from './metric-table.js';
import { MetricsController } from './metrics.controller.js';
import { OpenStreams } from './open-streams.js';
import { toStateMetricProviders } from './state-metrics.js';
import { StreamMetrics } from './stream-metrics.js';

/** The event loop's delay is sampled this often, by a timer. */
const LOOP_PRECISION_MS = 50;

@Module({})
export class MetricsModule {
  /** Each application counts for itself, also where several live in one process. */
  static forRoot(): DynamicModule {
    const registry = new Registry();
    return {
      module: MetricsModule,
      // The controller of the Prometheus module needs the registry.
      global: true,
      imports: [
        ModelsModule,
        PrometheusModule.register({
          controller: MetricsController,
          defaultMetrics: {
            enabled: true,
            config: { register: registry, eventLoopMonitoringPrecision: LOOP_PRECISION_MS },
          },
        }),
      ],
      providers: [
        { provide: Registry, useValue: registry },
        ...toMetricProviders(registry),
        ...toStateMetricProviders(registry),
        MetricLabels,
        OpenStreams,
        BackendMetrics,
        CacheMetrics,
        CoordinatorMetrics,
        GenerationMetrics,
        HttpMetrics,
        StreamMetrics,
      ],
      exports: [Registry],
    };
  }
}
