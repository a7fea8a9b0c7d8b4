import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WorkflowResultDto } from '../../src/modules/coordinator/dto/workflow-result.dto.js';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post, resetBreakers } from '../support/gateway-calls.js';
import { authorizationOf } from '../support/sign-in.js';

let ollama: FakeOllama;
let gateway: TestGateway;
/** What stands for `$TOKEN`. */
let token: { authorization: string };

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin });
  token = await authorizationOf(gateway, { tenant: 'acme' });
});
beforeEach(() => resetBreakers(gateway));
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

type Answer = WorkflowResultDto & { error?: string; message?: string; status_code?: number };

const send = (path: string, body: object, init: RequestInit = {}) =>
  post(`${gateway.url}/api/coordinator/${path}`, body, { ...init, headers: { ...token, ...init.headers } });

async function run(path: string, body: object, headers: Record<string, string> = {}) {
  const response = await send(path, body, { headers });
  return { response, status: response.status, answer: (await response.json()) as Answer };
}

const get = async <T>(path: string) => {
  const response = await fetch(`${gateway.url}/api/coordinator/${path}`, { headers: token });
  return (await response.json()) as T;
};

/** What was asked of whom, in the order in which it arrived. */
const asked = (from = 0) =>
  ollama.requests
    .slice(from)
    .filter(({ path }) => path === '/api/chat')
    .map(({ body }) => (body as { messages: { content: string }[] }).messages.map(({ content }) => content));

/** Each agent says its persona's first words, and fails when it is told to. */
const echo = (fails: (content: string) => boolean = () => false) =>
  ollama.answer(({ body }) => {
    const [{ content: persona }, { content }] = (
      body as { messages: [{ content: string }, { content: string }] }
    ).messages;
    if (fails(persona)) return { error: 'out of memory' };
    const name = /You are an? ([a-z ]+)/.exec(persona)![1]!;
    return { pieces: [`${name}: `, content.split('\n')[0]!], promptEvalCount: 3, evalCount: 2 };
  });

const MANAGER = { agent: 'product_manager', method: 'execute' };
const TESTER = { agent: 'qa_engineer', method: 'execute' };
const OPS = { agent: 'devops_engineer', method: 'execute' };

const COUNTS = {
  prompt_tokens: expect.any(Number) as number,
  completion_tokens: expect.any(Number) as number,
  total_tokens: expect.any(Number) as number,
};
const RESULT = {
  success: true,
  output: expect.stringMatching(/\S/) as string,
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
    const { status, answer, response } = await run(strategy, body);
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
      expect(await gateway.storage.outcomeOf(id!)).toMatchObject({
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
    const response = await fetch(gateway.url + path, {
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

describe('a chain', () => {
  it('gives the first agent the input, and each other one the output before it', async () => {
    echo();
    const from = ollama.requests.length;
    const { status, answer } = await run('sequential', {
      steps: [MANAGER, { ...TESTER, transform: 'trim' }],
      input: { feature: 'login' },
      options: { temperature: 0 },
    });
    expect([status, answer.output]).toEqual([200, 'quality engineer: product manager: {"feature":"login"}']);
    expect(asked(from).map(([, content]) => content)).toEqual([
      '{"feature":"login"}',
      'product manager: {"feature":"login"}',
    ]);
    expect(answer.usage).toEqual({ prompt_tokens: 6, completion_tokens: 4, total_tokens: 10 });
  });

  it('says the words of a method before the task', async () => {
    echo();
    const from = ollama.requests.length;
    await run('sequential', { steps: [{ agent: 'content', method: 'write' }], input: 'Facts.' });
    expect(asked(from)[0]![1]).toMatch(/^Write a text for readers.*\n\nFacts\.$/);
  });

  it('hands on what a transform made of an answer, and fails where it is not what that needs', async () => {
    ollama.answer({ pieces: ['{"a":', '1}'] });
    ollama.answer({ pieces: ['no'] });
    const steps = [MANAGER, TESTER].map((step) => ({ ...step, transform: 'json' }));
    const { status, answer } = await run('sequential', { steps, input: 'x' });
    expect([status, answer]).toMatchObject([
      502,
      {
        error: 'transform_failed',
        message: 'Step 2 (qa_engineer): The answer is not JSON, as the transform json needs it.',
        success: false,
        results: [{ output: { a: 1 } }, { output: null, error: { code: 'transform_failed' } }],
      },
    ]);
  });

  it('ends with the step that fails, and keeps what was answered before', async () => {
    echo((persona) => persona.includes('quality'));
    const from = ollama.requests.length;
    const { status, answer } = await run('sequential', { steps: [MANAGER, TESTER, OPS], input: 'x' });
    expect([status, answer]).toMatchObject([
      502,
      {
        error: 'upstream_error',
        message: expect.stringMatching(/^Step 2 \(qa_engineer\): /) as string,
        status_code: 502,
        success: false,
        strategy: 'sequential',
        results: [
          { success: true, output: 'product manager: x' },
          {
            success: false,
            output: null,
            generation_id: expect.stringMatching(/^chatcmpl-/) as string,
            error: { code: 'upstream_error' },
          },
        ],
        output: null,
      },
    ]);
    expect(answer.results).toHaveLength(2);
    expect(asked(from).some(([persona]) => persona!.includes('devops'))).toBe(false);
  });

  it('makes no call twice that has finished, when it comes again with its key', async () => {
    echo((persona) => persona.includes('quality'));
    const key = { 'idempotency-key': 'release-7' };
    const body = { steps: [MANAGER, TESTER], input: 'x' };
    const first = await run('sequential', body, key);
    resetBreakers(gateway);
    echo();
    const second = await run('sequential', body, key);
    expect([first.status, second.status]).toEqual([502, 200]);
    expect(second.answer.workflow_id).toBe(first.answer.workflow_id);
    expect(second.answer.results[0]!.generation_id).toBe(first.answer.results[0]!.generation_id);
    expect(second.response.headers.get('idempotent-replayed')).toBeNull();
    const third = await run('sequential', body, key);
    expect(third.response.headers.get('idempotent-replayed')).toBe('true');
    expect(third.answer.output).toBe(second.answer.output);
  });
});

describe('tasks beside each other', () => {
  it('go on where one fails, and say which', async () => {
    echo((persona) => persona.includes('quality'));
    const { status, answer } = await run('parallel', { tasks: [MANAGER, TESTER, OPS], input: 'x' });
    expect([status, answer]).toMatchObject([
      200,
      {
        success: false,
        results: [
          { success: true },
          { success: false, error: { code: 'upstream_error' } },
          { success: true },
        ],
        output: ['product manager: x', null, 'devops engineer: x'],
      },
    ]);
    expect(answer).not.toHaveProperty('error');
  });

  it('fail as the first of them where all do', async () => {
    echo(() => true);
    const { status, answer } = await run('parallel', { tasks: [MANAGER, TESTER], input: 'x' });
    expect([status, answer]).toMatchObject([
      502,
      {
        error: 'upstream_error',
        message: expect.stringMatching(/^Task 1 \(product_manager\): /) as string,
        success: false,
        results: [{ success: false }, { success: false }],
        output: null,
      },
    ]);
  });

  it('may be as many as are allowed, and take no more listeners than one', async () => {
    echo();
    const warned: string[] = [];
    const hear = ({ name }: Error) => warned.push(name);
    process.on('warning', hear);
    const { status, answer } = await run('parallel', { tasks: Array(32).fill(MANAGER), input: 'x' });
    process.off('warning', hear);
    expect([status, answer.success, answer.results.length, warned]).toEqual([200, true, 32, []]);
  });

  it('are each counted by the limits', async () => {
    const bounded = await createGateway({ OLLAMA_URL: ollama.origin, GENERATIONS_PER_USER: '1' });
    try {
      ollama.answer({ pieces: ['one', ' two'] });
      const gate = ollama.hold(1);
      const headers = await authorizationOf(bounded);
      const answer = post(
        `${bounded.url}/api/coordinator/parallel`,
        { tasks: [MANAGER, TESTER], input: 'x' },
        { headers },
      );
      await gate.reached;
      gate.open();
      expect(await (await answer).json()).toMatchObject({
        success: false,
        results: [{ success: true }, { success: false, error: { code: 'rate_limit_exceeded' } }],
      });
    } finally {
      await bounded.close();
    }
  });

  it('all stop when their client leaves, and nothing more begins', async () => {
    ollama.answer({ pieces: ['one', ' two'] });
    const gates = [MANAGER, TESTER, OPS].map(() => ollama.hold(1));
    const leaving = new AbortController();
    const answer = send(
      'parallel',
      { tasks: [MANAGER, TESTER, OPS], input: 'x' },
      { signal: leaving.signal },
    );
    answer.catch(() => undefined);
    const held = await Promise.all(gates.map(({ reached }) => reached));
    const from = ollama.requests.length;
    leaving.abort();
    for (const { request } of held)
      expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    for (const { id } of gateway.storage.begins.slice(-3))
      expect(await gateway.storage.outcomeOf(id)).toMatchObject({
        outcome: { status: 'cancelled', reason: 'client_gone' },
      });
    echo();
    // Whatever it might still have begun would be before this.
    await run('sequential', { steps: [MANAGER], input: 'x' });
    expect(asked(from)).toHaveLength(1);
    expect(gateway.app.get(GenerationRegistry).runningCount).toBe(0);
  });
});

describe('a hierarchy', () => {
  it('tells the master who is there, the others what it said, and the master what they handed back', async () => {
    echo((persona) => persona.includes('devops'));
    const from = ollama.requests.length;
    const { status, answer } = await run('hierarchical', {
      master: { name: 'product_manager', method: 'delegate' },
      subAgents: [
        { name: 'qa_engineer', method: 'execute' },
        { name: 'devops_engineer', method: 'execute' },
      ],
      input: 'Ship it.',
    });
    expect([status, answer.success, answer.results.map(({ success }) => success)]).toEqual([
      200,
      false,
      [true, true, false, true],
    ]);
    const [divide, , , merge] = answer.results;
    const told = asked(from);
    expect(told[0]![1]).toMatch(
      /^Divide the task below .*\n\nShip it\.\n\nContext:\n{"sub_agents":\[{"name":"qa_engineer","method":"execute"},/,
    );
    const worked = told.find(([persona]) => persona!.includes('quality'));
    expect(worked![1]).toBe(
      `Ship it.\n\nContext:\n${JSON.stringify({ master: 'product_manager', instructions: divide!.output })}`,
    );
    expect(told.at(-1)![1]).toMatch(
      /^The agents listed under results have worked .*\n\nShip it\.\n\nContext:\n/,
    );
    expect(JSON.parse(told.at(-1)![1]!.split('Context:\n')[1]!)).toEqual({
      instructions: divide!.output,
      results: [
        { agent: 'qa_engineer', method: 'execute', output: 'quality engineer: Ship it.' },
        { agent: 'devops_engineer', method: 'execute', failed: true },
      ],
    });
    expect(answer.output).toBe(merge!.output);
  });

  it('ends where its master is cut off', async () => {
    ollama.answer({ pieces: ['one', ' two'] });
    const gate = ollama.hold(1);
    const leaving = new AbortController();
    const body = {
      master: { name: 'product_manager', method: 'execute' },
      subAgents: [{ name: 'qa_engineer', method: 'execute' }],
      input: 'x',
    };
    const answer = send('hierarchical', body, { signal: leaving.signal });
    answer.catch(() => undefined);
    const { request } = await gate.reached;
    const from = ollama.requests.length;
    leaving.abort();
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    echo();
    await run('sequential', { steps: [MANAGER], input: 'x' });
    expect(asked(from)).toHaveLength(1);
  });
});

describe('a workflow of the configuration', () => {
  it.each([
    { workflowName: 'research-then-write', input: 'Sky' },
    { workflow: 'research-then-write', inputs: 'Sky' },
  ])('runs by %j', async (named) => {
    echo();
    const { status, answer } = await run('workflow', { ...named, options: { model: 'phi4' } });
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
    const { workflows } = await get<{ workflows: { name: string; strategy: string }[] }>('workflows');
    expect(workflows.map(({ name, strategy }) => [name, strategy])).toEqual([
      ['research-then-write', 'sequential'],
      ['second-opinions', 'parallel'],
      ['plan-a-feature', 'hierarchical'],
    ]);
    echo();
    for (const { strategy, ...calls } of workflows)
      expect((await run(strategy, { ...calls, input: 'x' })).answer).toMatchObject({
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
    const { answer } = await run('workflow', body);
    expect(answer).toMatchObject({ message, status_code: status });
  });
});

describe('agents', () => {
  it('are listed with their methods', async () => {
    const { agents } = await get<{ agents: { key: string; description: string; methods: string[] }[] }>(
      'agents',
    );
    const methodsOf = (key: string) => agents.find((agent) => agent.key === key)?.methods;
    expect(methodsOf('travel')).toEqual(['executeTask', 'execute', 'delegate']);
    expect(methodsOf('content')).toEqual(['executeTask', 'execute', 'delegate', 'write']);
    expect(methodsOf('agent1')).toContain('method2');
    for (const { description } of agents) expect(description).toMatch(/\.$/);
  });
});

describe('what cannot be run', () => {
  const CALL = { agent: 'travel', method: 'execute' };
  const NAMED = { name: 'travel', method: 'execute' };

  const chain = (...steps: object[]) => ({ steps });
  const many = Array(33).fill(CALL) as object[];

  it.each<[string, string, string, object]>([
    [
      'sequential',
      "steps[1].agent: there is no agent 'x'",
      'unknown_agent',
      chain(CALL, { ...CALL, agent: 'x' }),
    ],
    [
      'parallel',
      "tasks[0].method: the agent 'travel' has no method 'fly'; it has executeTask, execute, delegate",
      'invalid_value',
      { tasks: [{ ...CALL, method: 'fly' }] },
    ],
    [
      'hierarchical',
      "master.name: there is no agent 'x'",
      'unknown_agent',
      { master: { ...NAMED, name: 'x' }, subAgents: [NAMED] },
    ],
    [
      'hierarchical',
      "subAgents[1].name: there is no agent 'x'",
      'unknown_agent',
      { master: NAMED, subAgents: [NAMED, { ...NAMED, name: 'x' }] },
    ],
    [
      'sequential',
      'steps[0].transform must be one of the following values: trim, first_line, json',
      'invalid_value',
      chain({ ...CALL, transform: 'x => x' }),
    ],
    ['sequential', 'steps is required', 'invalid_request', {}],
    ['sequential', 'steps must contain at least 1 elements', 'invalid_value', chain()],
    ['sequential', 'steps must contain no more than 32 elements', 'invalid_value', chain(...many)],
    ['sequential', 'steps must be an array', 'invalid_value', { steps: {} }],
    ['sequential', 'each value in steps must be an object', 'invalid_value', { steps: ['travel'] }],
    ['sequential', 'steps[0].agent must be a string', 'invalid_value', chain({ ...CALL, agent: 5 })],
    ['sequential', 'input is required', 'invalid_request', { ...chain(CALL), input: undefined }],
    ['sequential', 'input must not be empty', 'invalid_value', { ...chain(CALL), input: '' }],
    ['parallel', 'tasks[0].method is required', 'invalid_request', { tasks: [{ agent: 'travel' }] }],
    ['parallel', 'tasks must contain no more than 32 elements', 'invalid_value', { tasks: many }],
    ['hierarchical', 'master is required', 'invalid_request', { subAgents: [NAMED] }],
    ['hierarchical', 'master must be an object', 'invalid_value', { master: 'x', subAgents: [NAMED] }],
    [
      'hierarchical',
      'subAgents must contain at least 1 elements',
      'invalid_value',
      { master: NAMED, subAgents: [] },
    ],
    ['hierarchical', 'subAgents[0].name is required', 'invalid_request', { master: NAMED, subAgents: [{}] }],
  ])('%s is refused before anybody hears of it: %s', async (path, message, error, body) => {
    const from = ollama.requests.length;
    const { status, answer } = await run(path, { input: 'x', ...body });
    expect([status, answer]).toEqual([400, { error, message, status_code: 400 }]);
    expect(asked(from)).toEqual([]);
  });
});

describe('figures', () => {
  it('are kept by tenant and set back by its administrator, and metrics go on', async () => {
    const header = await authorizationOf(gateway, { tenant: 'umbrella', role: 'admin' });
    const stats = async (path = 'stats', method = 'GET') =>
      (await fetch(`${gateway.url}/api/coordinator/${path}`, { method, headers: header })).json();
    const began = gateway.storage.begins.length;
    expect(await stats()).toMatchObject({ totalWorkflows: 0, successRate: '0.00%', avgDuration: '0ms' });
    const body = { steps: [{ agent: 'mockAgent', method: 'executeTask' }], input: 'test' };
    expect((await send('sequential', body, { headers: header })).status).toBe(200);
    expect(gateway.storage.begins).toHaveLength(began + 1);
    expect(await stats()).toMatchObject({
      totalWorkflows: 1,
      successfulWorkflows: 1,
      failedWorkflows: 0,
      successRate: '100.00%',
      avgDuration: expect.stringMatching(/^\d+ms$/) as string,
      byStrategy: { sequential: { totalWorkflows: 1 }, parallel: { totalWorkflows: 0 } },
    });
    expect((await send('stats/reset', {})).status).toBe(403);
    expect(await stats('stats/reset', 'POST')).toMatchObject({ totalWorkflows: 0 });
    expect(await get('stats')).not.toMatchObject({ totalWorkflows: 0 });

    const lines = () => fetch(`${gateway.url}/metrics`).then((response) => response.text());
    const text = await eventually(lines, (scraped) =>
      scraped.includes('strategy="parallel",status="cancelled"'),
    );
    for (const [strategy, status] of [
      ['sequential', 'finished'],
      ['sequential', 'failed'],
      ['parallel', 'finished'],
      ['parallel', 'partial'],
      ['parallel', 'failed'],
      ['parallel', 'cancelled'],
      ['hierarchical', 'finished'],
      ['hierarchical', 'partial'],
      ['hierarchical', 'cancelled'],
    ]) {
      const labels = `{strategy="${strategy}",status="${status}"}`;
      expect(text).toMatch(new RegExp(`^coordinator_workflows_total${labels} [1-9]`, 'm'));
      expect(text).toMatch(new RegExp(`^coordinator_workflow_duration_seconds_count${labels} [1-9]`, 'm'));
    }
  });
});
