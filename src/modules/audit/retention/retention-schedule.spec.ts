import { Logger } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppConfig } from '../../../config/index.js';
import type { DatabaseConnection } from '../../../infrastructure/database/index.js';
import type { EntrySource } from '../verify/entry-source.js';
import type { ChainRetention } from './chain-retention.js';
import { RetentionSchedule } from './retention-schedule.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What is taken away, and how the database gets ready. */
function schedule(
  retentionMs: number | undefined,
  {
    tenants = ['default'],
    broken = '',
    databaseAheadMs = 0,
  }: { tenants?: readonly string[]; broken?: string; databaseAheadMs?: number } = {},
) {
  const removed: { tenant: string; time: Date }[] = [];
  const ready: (() => void)[] = [];
  const retention = {
    removeBefore: (tenant: string, time: Date) =>
      tenant === broken
        ? Promise.reject(new Error('deadlock'))
        : Promise.resolve(removed.push({ tenant, time })),
  };
  const made = new RetentionSchedule(
    { audit: { retentionMs }, database: { kind: 'embedded' } } as AppConfig,
    { onReady: (tell: () => void) => ready.push(tell) } as unknown as DatabaseConnection,
    {
      query: () => Promise.resolve([{ now: new Date(Date.now() + databaseAheadMs) }]),
    } as unknown as DataSource,
    { heads: () => Promise.resolve(tenants.map((tenant) => ({ tenant }))) } as unknown as EntrySource,
    retention as unknown as ChainRetention,
  );
  return { made, removed, getReady: () => ready.forEach((tell) => tell()) };
}

describe(RetentionSchedule.name, () => {
  it('begins a minute after the database is ready, and goes on every hour', async () => {
    const { removed, getReady } = schedule(DAY_MS);
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect(removed).toEqual([]);
    getReady();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(removed).toEqual([{ tenant: 'default', time: new Date(Date.now() - DAY_MS) }]);
    await vi.advanceTimersByTimeAsync(3 * HOUR_MS);
    expect(removed).toHaveLength(4);
  });

  it.each([
    ['its own', HOUR_MS, 0],
    ['that of the database', -HOUR_MS, -HOUR_MS],
  ])('goes by the clock that is behind, be it %s', async (_whose, databaseAheadMs, behindMs) => {
    const { removed, getReady } = schedule(DAY_MS, { databaseAheadMs });
    getReady();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(removed).toEqual([{ tenant: 'default', time: new Date(Date.now() + behindMs - DAY_MS) }]);
  });

  it('does for each tenant what it can, whatever goes wrong with another', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    const { removed, getReady } = schedule(DAY_MS, {
      tenants: ['acme', 'default', 'umbrella'],
      broken: 'default',
    });
    getReady();
    await vi.advanceTimersByTimeAsync(MINUTE_MS);
    expect(removed.map(({ tenant }) => tenant)).toEqual(['acme', 'umbrella']);
  });

  it('does nothing where all is kept for ever, and nothing after the end', async () => {
    const kept = schedule(undefined);
    kept.getReady();
    const ended = schedule(DAY_MS);
    ended.getReady();
    ended.made.onApplicationShutdown();
    await vi.advanceTimersByTimeAsync(HOUR_MS);
    expect([...kept.removed, ...ended.removed]).toEqual([]);
  });
});
