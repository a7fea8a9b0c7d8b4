import { expect, describe, it } from 'vitest';
import type { GenerationRegistry } from '../../generation/index.js';
import { ConnectionLedger } from '../connections/connection-ledger.js';
import type { MetricsServer } from './metrics-server.js';
import { MetricsSource } from './metrics.source.js';
import type { OwnFigures } from './own-figures.js';

function sourceWithServer() {
  let asked = 0;
  const server = { read: () => Promise.resolve(new Map([['llm_calls_total', ++asked]])) };
  const source = new MetricsSource(
    {} as OwnFigures,
    server as unknown as MetricsServer,
    { runningCount: 0 } as GenerationRegistry,
    new ConnectionLedger(),
  );
  return { source, askedTimes: () => asked };
}

describe(MetricsSource.name, () => {
  it('asks once for all who come within a second', async () => {
    const { source, askedTimes } = sourceWithServer();
    const told = await Promise.all(Array.from({ length: 1_000 }, () => source.snapshot(5_000)));
    told.push(await source.snapshot(5_999));
    expect(askedTimes()).toBe(1);
    expect(new Set(told.map(([summary]) => summary)).size).toBe(1);
    expect(await source.snapshot(6_000)).toMatchObject([{ generations_total: 2 }]);
  });

  it('has news each time, and tells them to those who come', async () => {
    const { source, askedTimes } = sourceWithServer();
    await source.snapshot(5_000);
    expect(await source.news(5_100)).toMatchObject([{ generations_total: 2 }]);
    expect(await source.snapshot(5_200)).toMatchObject([{ generations_total: 2 }]);
    expect(askedTimes()).toBe(2);
  });
});
