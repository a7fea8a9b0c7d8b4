import { beforeEach, describe, expect, it } from 'vitest';
import { EventBus } from '../../contracts/business-events.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { BeginRecord, OutcomeRecord } from '../../contracts/journal.js';
import { ANONYMOUS } from '../../contracts/principal.js';
import type { AgentRegistry } from '../agents/index.js';
import { StreamStats } from './stream-stats.js';

const FINISHED: Outcome = { status: 'finished', finishReasons: ['stop'] };
const FAILED: Outcome = { status: 'failed', failure: { code: 'upstream_error', message: '' } };
const AGENTS = { get: (key: string) => ({ key }) } as unknown as AgentRegistry;

describe(StreamStats.name, () => {
  let events: EventBus;
  let stats: StreamStats;

  beforeEach(() => {
    events = new EventBus();
    stats = new StreamStats(events, AGENTS);
    stats.onModuleInit();
  });

  const begin = (agent?: string, stream = true) => {
    const record = { tenant: 'default', agent, stream } as BeginRecord;
    events.emit('generation-began', record);
    return record;
  };
  const run = (outcome: Outcome, durationMs = 0, agent = 'travel') =>
    events.emit('generation-settled', { begin: begin(agent), outcome, durationMs } as OutcomeRecord);

  it('says what share did not fail, of those that run as well', () => {
    for (let i = 0; i < 95; i++) run(FINISHED, 2400);
    for (let i = 0; i < 3; i++) run(FAILED, 5667);
    begin('travel');
    begin('travel');
    expect(stats.of('travel', ANONYMOUS)).toEqual({
      agent: 'travel',
      totalStreams: 100,
      activeStreams: 2,
      completedStreams: 95,
      failedStreams: 3,
      successRate: '97.00%',
      avgDuration: '2500ms',
    });
  });

  it('takes a deadline for a failure, and what the caller ended for neither', () => {
    for (const reason of ['client_gone', 'cancelled', 'slow_client'] as const)
      run({ status: 'cancelled', reason });
    for (const reason of ['timeout', 'shutdown'] as const) run({ status: 'cancelled', reason });
    expect(stats.of('travel', ANONYMOUS)).toMatchObject({
      totalStreams: 5,
      activeStreams: 0,
      completedStreams: 0,
      failedStreams: 2,
      successRate: '60.00%',
    });
  });

  it('keeps agents apart, and all together', () => {
    run(FINISHED, 10);
    run(FAILED, 30, 'content');
    begin(undefined);
    begin('travel', false);
    expect(stats.of('travel', ANONYMOUS)).toMatchObject({
      totalStreams: 1,
      successRate: '100.00%',
      avgDuration: '10ms',
    });
    expect(stats.of('content', ANONYMOUS)).toMatchObject({ totalStreams: 1, successRate: '0.00%' });
    expect(stats.ofAll(ANONYMOUS)).toMatchObject({
      agent: 'all',
      totalStreams: 3,
      activeStreams: 1,
      avgDuration: '20ms',
    });
  });

  it('is all zero before there was any', () => {
    expect(stats.ofAll(ANONYMOUS)).toEqual({
      agent: 'all',
      totalStreams: 0,
      activeStreams: 0,
      completedStreams: 0,
      failedStreams: 0,
      successRate: '0.00%',
      avgDuration: '0ms',
    });
  });

  it('tells no tenant of another’s', () => {
    run(FINISHED, 100);
    const foreign = { ...ANONYMOUS, tenant: 'acme' };
    expect(stats.of('travel', foreign)).toMatchObject({ totalStreams: 0, avgDuration: '0ms' });
    expect(stats.ofAll(foreign)).toMatchObject({ totalStreams: 0 });
    expect(stats.ofAll(ANONYMOUS)).toMatchObject({ totalStreams: 1 });
  });
});
