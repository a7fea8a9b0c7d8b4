import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { MANAGER, OPS, TESTER, CoordinatorCalls } from '../support/coordinator-calls.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { post, resetBreakers } from '../support/gateway-calls.js';
import { authorizationOf } from '../support/sign-in.js';

let calls: CoordinatorCalls;

beforeAll(async () => {
  calls = await CoordinatorCalls.open();
});
beforeEach(() => resetBreakers(calls.gateway));
afterAll(() => calls.close());

describe('a chain', () => {
  it('gives the first agent the input, and each other one the output before it', async () => {
    calls.echo();
    const from = calls.ollama.requests.length;
    const { status, answer } = await calls.run('sequential', {
      steps: [MANAGER, { ...TESTER, transform: 'trim' }],
      input: { feature: 'login' },
      options: { temperature: 0 },
    });
    expect([status, answer.output]).toEqual([200, 'quality engineer: product manager: {"feature":"login"}']);
    expect(calls.asked(from).map(([, content]) => content)).toEqual([
      '{"feature":"login"}',
      'product manager: {"feature":"login"}',
    ]);
    expect(answer.usage).toEqual({ prompt_tokens: 6, completion_tokens: 4, total_tokens: 10 });
  });

  it('says the words of a method before the task', async () => {
    calls.echo();
    const from = calls.ollama.requests.length;
    await calls.run('sequential', { steps: [{ agent: 'content', method: 'write' }], input: 'Facts.' });
    expect(calls.asked(from)[0]![1]).toMatch(/^Write a text for readers.*\n\nFacts\.$/);
  });

  it('hands on what a transform made of an answer, and fails where it is not what that needs', async () => {
    calls.ollama.answer({ pieces: ['{"a":', '1}'] });
    calls.ollama.answer({ pieces: ['no'] });
    const steps = [MANAGER, TESTER].map((step) => ({ ...step, transform: 'json' }));
    const { status, answer } = await calls.run('sequential', { steps, input: 'x' });
    expect([status, answer]).toMatchObject([
      502,
      {
        error: 'transform_failed',
        message:
          'Step 2 (qa_engineer): The answer is not JSON that can be handed on, as the transform json needs it.',
        success: false,
        results: [{ output: { a: 1 } }, { output: null, error: { code: 'transform_failed' } }],
      },
    ]);
  });

  it('ends with the step that fails, and keeps what was answered before', async () => {
    calls.echo((persona) => persona.includes('quality'));
    const from = calls.ollama.requests.length;
    const { status, answer } = await calls.run('sequential', { steps: [MANAGER, TESTER, OPS], input: 'x' });
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
    expect(calls.asked(from).some(([persona]) => persona!.includes('devops'))).toBe(false);
  });
});

describe('tasks beside each other', () => {
  it('go on where one fails, and say which', async () => {
    calls.echo((persona) => persona.includes('quality'));
    const { status, answer } = await calls.run('parallel', { tasks: [MANAGER, TESTER, OPS], input: 'x' });
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
    calls.echo(() => true);
    const { status, answer } = await calls.run('parallel', { tasks: [MANAGER, TESTER], input: 'x' });
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
    calls.echo();
    const warned: string[] = [];
    const hear = ({ name }: Error) => warned.push(name);
    process.on('warning', hear);
    const { status, answer } = await calls.run('parallel', { tasks: Array(32).fill(MANAGER), input: 'x' });
    process.off('warning', hear);
    expect([status, answer.success, answer.results.length, warned]).toEqual([200, true, 32, []]);
  });

  describe('of a caller who may have one at a time', () => {
    let bounded: TestGateway;
    let headers: Record<string, string>;
    const run = (tasks: object[]) =>
      post(`${bounded.url}/api/coordinator/parallel`, { tasks, input: 'x' }, { headers });
    beforeAll(async () => {
      bounded = await createGateway({ OLLAMA_URL: calls.ollama.origin, GENERATIONS_PER_USER: '1' });
      headers = await authorizationOf(bounded);
    });
    afterAll(() => bounded.close());

    it('wait for each other', async () => {
      calls.echo();
      const from = calls.ollama.requests.length;
      expect(await (await run([MANAGER, TESTER, OPS, MANAGER])).json()).toMatchObject({
        success: true,
        output: ['product manager: x', 'quality engineer: x', 'devops engineer: x', 'product manager: x'],
      });
      expect(calls.asked(from)).toHaveLength(4);
      expect(bounded.app.get(GenerationRegistry).runningCount).toBe(0);
    });

    it('begin one after the other, though one of them fails', async () => {
      calls.echo((persona) => persona.includes('quality'));
      expect(await (await run([TESTER, MANAGER, OPS])).json()).toMatchObject({
        results: [{ error: { code: 'upstream_error' } }, { success: true }, { success: true }],
      });
    });

    it('wait for no other request of the caller', async () => {
      calls.ollama.answer({ pieces: ['one', ' two'] });
      const gate = calls.ollama.hold(1);
      const other = run([MANAGER]);
      await gate.reached;
      const refused = await run([MANAGER, TESTER, OPS]);
      expect(refused.status).toBe(429);
      expect(await refused.json()).toMatchObject({
        success: false,
        results: Array(3).fill({ success: false, error: { code: 'rate_limit_exceeded' } }) as unknown,
      });
      gate.open();
      expect(await (await other).json()).toMatchObject({ success: true });
    });

    it('that wait begin no more when their client leaves', async () => {
      calls.ollama.answer({ pieces: ['one', ' two'] });
      const gate = calls.ollama.hold(1);
      const leaving = new AbortController();
      const from = calls.ollama.requests.length;
      const key = { 'Idempotency-Key': 'left' };
      const answer = fetch(`${bounded.url}/api/coordinator/parallel`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers, ...key },
        body: JSON.stringify({ tasks: [MANAGER, TESTER], input: 'x', options: { on_disconnect: 'cancel' } }),
        signal: leaving.signal,
      });
      answer.catch(() => undefined);
      const { request } = await gate.reached;
      leaving.abort();
      await calls.ollama.connectionClosed(request.connection);
      calls.echo();
      const again = await post(
        `${bounded.url}/api/coordinator/parallel`,
        { tasks: [MANAGER, TESTER], input: 'x', options: { on_disconnect: 'cancel' } },
        { headers: { ...headers, ...key } },
      );
      expect(await again.json()).toMatchObject({ success: true });
      expect(calls.asked(from)).toHaveLength(3);
    });
  });

  it('all stop when their client leaves, and nothing more begins', async () => {
    calls.ollama.answer({ pieces: ['one', ' two'] });
    const gates = [MANAGER, TESTER, OPS].map(() => calls.ollama.hold(1));
    const leaving = new AbortController();
    const answer = calls.send(
      'parallel',
      { tasks: [MANAGER, TESTER, OPS], input: 'x' },
      { signal: leaving.signal },
    );
    answer.catch(() => undefined);
    const held = await Promise.all(gates.map(({ reached }) => reached));
    const from = calls.ollama.requests.length;
    leaving.abort();
    for (const { request } of held)
      expect(await calls.ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    for (const { id } of calls.gateway.storage.begins.slice(-3))
      expect(await calls.gateway.storage.outcomeOf(id)).toMatchObject({
        outcome: { status: 'cancelled', reason: 'client_gone' },
      });
    calls.echo();
    // Whatever it might still have begun would be before this.
    await calls.run('sequential', { steps: [MANAGER], input: 'x' });
    expect(calls.asked(from)).toHaveLength(1);
    expect(calls.gateway.app.get(GenerationRegistry).runningCount).toBe(0);
  });
});

describe('a hierarchy', () => {
  it('tells the master who is there, the others what it said, and the master what they handed back', async () => {
    calls.echo((persona) => persona.includes('devops'));
    const from = calls.ollama.requests.length;
    const { status, answer } = await calls.run('hierarchical', {
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
    const told = calls.asked(from);
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
    calls.ollama.answer({ pieces: ['one', ' two'] });
    const gate = calls.ollama.hold(1);
    const leaving = new AbortController();
    const body = {
      master: { name: 'product_manager', method: 'execute' },
      subAgents: [{ name: 'qa_engineer', method: 'execute' }],
      input: 'x',
    };
    const answer = calls.send('hierarchical', body, { signal: leaving.signal });
    answer.catch(() => undefined);
    const { request } = await gate.reached;
    const from = calls.ollama.requests.length;
    leaving.abort();
    expect(await calls.ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    calls.echo();
    await calls.run('sequential', { steps: [MANAGER], input: 'x' });
    expect(calls.asked(from)).toHaveLength(1);
  });
});
