import { Inject, Injectable, Logger } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';

const ANSWER_MS = 500;
/** One that does not answer is left alone for a while. */
const REST_MS = 30_000;
const MOST_BYTES = 256 * 1024;

interface QueryAnswer {
  readonly data?: {
    readonly result?: readonly {
      readonly metric?: { readonly __name__?: string };
      readonly value?: readonly [number, string];
    }[];
  };
}

/** The Prometheus servers that may be named, in their order. */
@Injectable()
export class MetricsServer {
  private readonly logger = new Logger(MetricsServer.name);
  private readonly servers: readonly string[];
  private readonly restsUntil = new Map<string, number>();

  constructor(@Inject(AppConfig) { streaming: { monitoring } }: AppConfig) {
    this.servers = [monitoring.metricsServer, monitoring.customMetrics].filter((url) => url !== undefined);
  }

  /** Sums by name, from the first that knows any; undefined where none does. */
  async read(names: readonly string[]): Promise<ReadonlyMap<string, number> | undefined> {
    for (const server of this.servers) {
      if ((this.restsUntil.get(server) ?? 0) > performance.now()) continue;
      try {
        return await ask(server, names);
      } catch (error) {
        this.restsUntil.set(server, performance.now() + REST_MS);
        this.logger.warn({ err: error }, 'a metrics server does not answer');
      }
    }
    return undefined;
  }
}

async function ask(server: string, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const query = `sum by (__name__) ({__name__=~"${names.join('|')}"})`;
  const response = await fetch(`${server}/api/v1/query?query=${encodeURIComponent(query)}`, {
    redirect: 'error',
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const text = await response.text();
  if (!response.ok || text.length > MOST_BYTES) throw new Error(`it answered ${response.status}`);
  const sums = new Map<string, number>();
  for (const { metric, value } of (JSON.parse(text) as QueryAnswer).data?.result ?? [])
    if (metric?.__name__ !== undefined && Number.isFinite(Number(value?.[1])))
      sums.set(metric.__name__, Number(value![1]));
  // It may not have looked at a gateway yet, or look at others.
  if (sums.size === 0) throw new Error('it knows none of the metrics');
  return sums;
}
