import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CoordinatorCalls } from '../support/coordinator-calls.js';
import { resetBreakers } from '../support/gateway-calls.js';

let calls: CoordinatorCalls;

beforeAll(async () => {
  calls = await CoordinatorCalls.open();
});
beforeEach(() => resetBreakers(calls.gateway));
afterAll(() => calls.close());

const COUNTS = {
  prompt_tokens: expect.any(Number) as number,
  completion_tokens: expect.any(Number) as number,
  total_tokens: expect.any(Number) as number,
};
const RESULT = {
  success: true,
  output: expect.stringMatching(/\S/) as string,
  finish_reason: 'stop',
  generation_id: expect.stringMatching(/^chatcmpl-/) as string,
  model: 'p8-sim',
  usage: COUNTS,
  durationMs: expect.any(Number) as number,
};

describe('the documented bodies', () => {
  const MOCK = { steps: [{ agent: 'mockAgent', method: 'executeTask' }], input: 'test' };
  const CHAIN = {
    steps: [{ agent: 'agentName', method: 'methodName', transform: null }],
    input: { data: '...' },
  };
  const BESIDE = {
    tasks: [
      { agent: 'agent1', method: 'method1' },
      { agent: 'agent2', method: 'method2' },
    ],
    input: { data: '...' },
  };
  const DIVIDED = {
    master: { name: 'masterAgent', method: 'delegate' },
    subAgents: [{ name: 'sub1', method: 'execute' }],
    input: { data: '...' },
  };
  const MASTER = { agent: 'masterAgent', method: 'delegate', ...RESULT };

  it.each([
    ['sequential', MOCK, [{ agent: 'mockAgent', method: 'executeTask', ...RESULT }]],
    ['sequential', CHAIN, [{ agent: 'agentName', method: 'methodName', ...RESULT }]],
    ['parallel', BESIDE, BESIDE.tasks.map((task) => ({ ...task, ...RESULT }))],
    [
      'hierarchical',
      DIVIDED,
      [
        { ...MASTER, phase: 'delegate' },
        { agent: 'sub1', method: 'execute', phase: 'execute', ...RESULT },
        { ...MASTER, phase: 'merge' },
      ],
    ],
  ])('POST /api/coordinator/%s with %j', async (strategy, body, results) => {
    const { status, answer, response } = await calls.run(strategy, body);
    const outputs = answer.results.map(({ output }) => output);
    expect([status, answer]).toEqual([
      200,
      {
        success: true,
        workflow_id: expect.stringMatching(/^workflow-/) as string,
        strategy,
        results,
        output: strategy === 'parallel' ? outputs : outputs.at(-1),
        usage: COUNTS,
        durationMs: expect.any(Number) as number,
      },
    ]);
    const total = (of: { usage: { total_tokens: number } }) => of.usage.total_tokens;
    expect(total(answer)).toBe(answer.results.map(total).reduce((sum, one) => sum + one));
    const last = answer.results.at(-1)!.generation_id;
    expect(response.headers.get('x-generation-id')).toBe(strategy === 'parallel' ? null : last);
    for (const { generation_id: id } of answer.results)
      expect(await calls.gateway.storage.outcomeOf(id!)).toMatchObject({
        begin: { tenant: 'acme', route: `/api/coordinator/${strategy}` },
        outcome: { status: 'finished' },
      });
  });

  it.each([
    ['POST', '/api/coordinator/workflow'],
    ['POST', '/api/coordinator/sequential'],
    ['POST', '/api/coordinator/parallel'],
    ['POST', '/api/coordinator/hierarchical'],
    ['GET', '/api/coordinator/workflows'],
    ['GET', '/api/coordinator/agents'],
    ['GET', '/api/coordinator/stats'],
    ['POST', '/api/coordinator/stats/reset'],
    ['GET', '/api/stream/content?prompt=Tell%20me%20about%20Egypt'],
    ['GET', '/api/stream/stats'],
    ['GET', '/api/stream/stats/travel'],
  ])('%s %s without a token is refused', async (method, path) => {
    const response = await fetch(calls.gateway.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(method === 'POST' && { body: JSON.stringify(MOCK) }),
    });
    expect([response.status, await response.json()]).toMatchObject([
      401,
      { error: 'unauthorized', status_code: 401 },
    ]);
  });
});

describe('a workflow of the configuration', () => {
  it.each([
    { workflowName: 'research-then-write', input: 'Sky' },
    { workflow: 'research-then-write', inputs: 'Sky' },
  ])('runs by %j', async (named) => {
    calls.echo();
    const { status, answer } = await calls.run('workflow', { ...named, options: { model: 'phi4' } });
    expect([status, answer]).toMatchObject([
      200,
      {
        success: true,
        name: 'research-then-write',
        strategy: 'sequential',
        results: [
          { agent: 'p8-research', output: 'careful researcher: Sky', model: 'phi4' },
          { agent: 'content', method: 'write' },
        ],
      },
    ]);
  });

  it('is listed as it would be asked for', async () => {
    const { workflows } = await calls.get<{ workflows: { name: string; strategy: string }[] }>('workflows');
    expect(workflows.map(({ name, strategy }) => [name, strategy])).toEqual([
      ['research-then-write', 'sequential'],
      ['second-opinions', 'parallel'],
      ['plan-a-feature', 'hierarchical'],
    ]);
    calls.echo();
    for (const { strategy, ...body } of workflows)
      expect((await calls.run(strategy, { ...body, input: 'x' })).answer).toMatchObject({
        success: true,
        strategy,
      });
  });

  it.each([
    [{ input: 'x' }, 400, 'workflowName is required'],
    [{ workflowName: 'research-then-write' }, 400, 'input is required'],
    [{ workflowName: 'research-then-write', input: '' }, 400, 'input must not be empty'],
    [{ workflowName: 5, input: 'x' }, 400, 'workflowName must be a string'],
    [
      { workflowName: 'none', input: 'x' },
      404,
      "No workflow 'none'; there are: research-then-write, second-opinions, plan-a-feature.",
    ],
    [{ workflowName: 'second-opinions', input: 'x', options: [] }, 400, 'options must be an object'],
    [
      { workflowName: 'second-opinions', input: 'x', options: { max_tokens: 0 } },
      400,
      'options.max_tokens must not be less than 1',
    ],
  ])('is refused for %j', async (body, status, message) => {
    const { answer } = await calls.run('workflow', body);
    expect(answer).toMatchObject({ message, status_code: status });
  });
});

describe('agents', () => {
  it('are listed with their methods', async () => {
    const { agents } = await calls.get<{ agents: { key: string; description: string; methods: string[] }[] }>(
      'agents',
    );
    const methodsOf = (key: string) => agents.find((agent) => agent.key === key)?.methods;
    expect(methodsOf('travel')).toEqual(['executeTask', 'execute', 'delegate']);
    expect(methodsOf('content')).toEqual(['executeTask', 'execute', 'delegate', 'write']);
    expect(methodsOf('agent1')).toContain('method2');
    for (const { description } of agents) expect(description).toMatch(/\.$/);
  });
});
