import { Inject, Injectable } from '@nestjs/common';
import { GenerationRegistry } from '../../generation/index.js';
import { ConnectionLedger } from '../connections/connection-ledger.js';
import type { ChannelSource } from './channel.js';
import { OwnFigures } from './own-figures.js';
import { MetricsServer } from './metrics-server.js';

/** What is counted, by the key under which the channel says it. */
const TOTALS = {
  requests_total: 'citadel_http_requests_total',
  generations_total: 'llm_calls_total',
  tokens_total: 'llm_tokens_used_total',
  backend_calls_total: 'citadel_backend_calls_total',
  cache_operations_total: 'citadel_cache_operations_total',
} as const;

/** A metrics server is not asked again for each who comes within this time. */
const SNAPSHOT_MS = 1_000;

/** A short summary of the metrics, from a Prometheus server where one is named and answers, else from this process. */
@Injectable()
export class MetricsSource implements ChannelSource {
  readonly channel = 'metrics';
  private last: { readonly at: number; readonly said: Promise<readonly object[]> } | undefined;

  constructor(
    @Inject(OwnFigures) private readonly own: OwnFigures,
    @Inject(MetricsServer) private readonly server: MetricsServer,
    @Inject(GenerationRegistry) private readonly generations: GenerationRegistry,
    @Inject(ConnectionLedger) private readonly ledger: ConnectionLedger,
  ) {}

  /** Of this second: many who come back at once are told the same. */
  snapshot(now = performance.now()): Promise<readonly object[]> {
    const { last } = this;
    return last !== undefined && now - last.at < SNAPSHOT_MS ? last.said : this.news(now);
  }

  news(now = performance.now()): Promise<readonly object[]> {
    const said = this.summary();
    this.last = { at: now, said };
    return said;
  }

  private async summary(): Promise<readonly object[]> {
    const totals = (await this.server.read(Object.values(TOTALS))) ?? undefined;
    const { active, latency, stability } = this.ledger;
    return [
      {
        source: totals === undefined ? 'gateway' : 'metrics_server',
        ...(await this.totals(totals)),
        generations_running: this.generations.runningCount,
        connections: { ...active },
        message_latency_ms: { p95: latency.percentile(0.95) },
        connection_stability: stability,
        memory_bytes: process.memoryUsage.rss(),
        uptime_seconds: Math.round(process.uptime()),
      },
    ];
  }

  private async totals(elsewhere: ReadonlyMap<string, number> | undefined): Promise<Record<string, number>> {
    const totals: Record<string, number> = {};
    for (const [key, name] of Object.entries(TOTALS))
      totals[key] = (elsewhere === undefined ? await this.own.sum(name) : elsewhere.get(name)) ?? 0;
    return totals;
  }
}
