import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/common/errors/gateway.error.js';
import { EventBus } from '../../src/contracts/business-events.js';
import { CallDesk } from '../../src/modules/chat/index.js';
import { MANAGER, TESTER, CoordinatorCalls } from '../support/coordinator-calls.js';
import { eventually } from '../support/eventually.js';
import { resetBreakers } from '../support/gateway-calls.js';
import { authorizationOf } from '../support/sign-in.js';

let calls: CoordinatorCalls;

beforeAll(async () => {
  calls = await CoordinatorCalls.open();
});
beforeEach(() => resetBreakers(calls.gateway));
afterAll(() => calls.close());

describe('figures', () => {
  it('have a workflow once whose client leaves while a call is about to be refused', async () => {
    const settled: string[] = [];
    calls.gateway.app.get(EventBus).on('workflow-settled', ({ status }) => settled.push(status));
    const desk = calls.gateway.app.get(CallDesk);
    let refuse!: (error: Error) => void;
    const begins = new Promise<void>((resolve) => {
      desk.beginPart = () => {
        resolve();
        return new Promise((_, reject) => (refuse = reject));
      };
    });
    const leaving = new AbortController();
    const body = { steps: [MANAGER, TESTER], input: 'x' };
    const answer = calls.send('sequential', body, { signal: leaving.signal });
    answer.catch(() => undefined);
    await begins;
    leaving.abort();
    await eventually(
      () => settled,
      (statuses) => statuses.length > 0,
    );
    Reflect.deleteProperty(desk, 'beginPart');
    refuse(new GatewayError('rate_limit_exceeded', 'Too many.'));
    calls.echo();
    await calls.run('sequential', body);
    expect(settled).toEqual(['cancelled', 'finished']);
  });

  it('are kept by tenant and set back by its administrator', async () => {
    const header = await authorizationOf(calls.gateway, { tenant: 'umbrella', role: 'admin' });
    const stats = async (path = 'stats', method = 'GET') =>
      (await fetch(`${calls.gateway.url}/api/coordinator/${path}`, { method, headers: header })).json();
    const began = calls.gateway.storage.begins.length;
    expect(await stats()).toMatchObject({ totalWorkflows: 0, successRate: '0.00%', avgDuration: '0ms' });
    const body = { steps: [{ agent: 'mockAgent', method: 'executeTask' }], input: 'test' };
    expect((await calls.send('sequential', body, { headers: header })).status).toBe(200);
    expect(calls.gateway.storage.begins).toHaveLength(began + 1);
    expect(await stats()).toMatchObject({
      totalWorkflows: 1,
      successfulWorkflows: 1,
      failedWorkflows: 0,
      successRate: '100.00%',
      avgDuration: expect.stringMatching(/^\d+ms$/) as string,
      byStrategy: { sequential: { totalWorkflows: 1 }, parallel: { totalWorkflows: 0 } },
    });
    expect((await calls.send('stats/reset', {})).status).toBe(403);
    expect(await stats('stats/reset', 'POST')).toMatchObject({ totalWorkflows: 0 });
    expect(await calls.get('stats')).not.toMatchObject({ totalWorkflows: 0 });
  });

  it('are in the metrics, by what became of workflows', async () => {
    calls.echo();
    await calls.run('parallel', { tasks: [MANAGER], input: 'x' });
    await calls.run('sequential', { steps: [MANAGER], input: 'x' });
    calls.echo((persona) => persona.includes('quality'));
    await calls.run('parallel', { tasks: [MANAGER, TESTER], input: 'x' });
    await calls.run('sequential', { steps: [TESTER], input: 'x' });
    const text = await (await fetch(`${calls.gateway.url}/metrics`)).text();
    for (const [strategy, status] of [
      ['sequential', 'finished'],
      ['sequential', 'failed'],
      ['sequential', 'cancelled'],
      ['parallel', 'finished'],
      ['parallel', 'partial'],
    ]) {
      const labels = `{strategy="${strategy}",status="${status}"}`;
      expect(text).toMatch(new RegExp(`^coordinator_workflows_total${labels} [1-9]`, 'm'));
      expect(text).toMatch(new RegExp(`^coordinator_workflow_duration_seconds_count${labels} [1-9]`, 'm'));
    }
  });
});
