import { beforeEach, describe, expect, it } from 'vitest';
import { EventBus } from '../../contracts/business-events.js';
import { ANONYMOUS } from '../../contracts/principal.js';
import type { WorkflowStatus, WorkflowStrategy } from '../../contracts/workflow.js';
import { CoordinatorStats } from './coordinator-stats.js';

const NONE = {
  totalWorkflows: 0,
  successfulWorkflows: 0,
  failedWorkflows: 0,
  cancelledWorkflows: 0,
  successRate: '0.00%',
  avgDuration: '0ms',
};

describe(CoordinatorStats.name, () => {
  let events: EventBus;
  let stats: CoordinatorStats;

  beforeEach(() => {
    events = new EventBus();
    stats = new CoordinatorStats(events);
    stats.onModuleInit();
  });

  const run = (strategy: WorkflowStrategy, status: WorkflowStatus, durationMs = 0, tenant = 'default') =>
    events.emit('workflow-settled', { tenant, strategy, status, durationMs });

  it('says what share did not fail, of all and of each strategy', () => {
    for (let i = 0; i < 97; i++) run('sequential', 'finished', 2500);
    run('parallel', 'partial', 2500);
    run('parallel', 'failed', 2500);
    run('hierarchical', 'failed', 2500);
    expect(stats.of(ANONYMOUS)).toEqual({
      totalWorkflows: 100,
      successfulWorkflows: 97,
      failedWorkflows: 3,
      cancelledWorkflows: 0,
      successRate: '97.00%',
      avgDuration: '2500ms',
      byStrategy: {
        sequential: expect.objectContaining({ totalWorkflows: 97, successRate: '100.00%' }) as object,
        parallel: expect.objectContaining({ totalWorkflows: 2, failedWorkflows: 2 }) as object,
        hierarchical: expect.objectContaining({ totalWorkflows: 1, successRate: '0.00%' }) as object,
      },
    });
  });

  it('takes what the caller ended for no failure', () => {
    run('parallel', 'cancelled', 10);
    run('parallel', 'finished', 30);
    expect(stats.of(ANONYMOUS)).toMatchObject({
      totalWorkflows: 2,
      cancelledWorkflows: 1,
      successRate: '100.00%',
      avgDuration: '20ms',
    });
  });

  it('tells no tenant of another’s, and sets back its own alone', () => {
    const foreign = { ...ANONYMOUS, tenant: 'acme' };
    run('sequential', 'finished', 10);
    expect(stats.of(foreign)).toMatchObject({ ...NONE, byStrategy: { sequential: NONE } });
    run('sequential', 'finished', 10, 'acme');
    stats.reset(foreign);
    expect(stats.of(foreign)).toMatchObject(NONE);
    expect(stats.of(ANONYMOUS)).toMatchObject({ totalWorkflows: 1 });
  });
});
