import { EventSource } from 'eventsource';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { StreamService } from '../../src/modules/agent-tasks/index.js';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually, withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { generationOf, post } from '../support/gateway-calls.js';
import { readNamed, readTokens, type TokenFrame } from '../support/task-streams.js';
import { authorizationOf } from '../support/sign-in.js';

const PIECES = ['Quarter', ' one', ': é', ' 👋'];
const TEXT = PIECES.join('');
const ROADMAP = { agent_type: 'product_manager', task: 'Create roadmap', context: {} };
const ORIGIN = 'https://chat.example.org';
const OUTLINE = { agent_type: 'software_developer', task: 'Outline service architecture' };

let ollama: FakeOllama;
let gateway: TestGateway;
let source: EventSource | undefined;
let token: { authorization: string };

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, P8FS_CORS_ORIGINS: ORIGIN }, undefined, {
    signedIn: 'where needed',
  });
  token = await authorizationOf(gateway, { role: 'admin', subject: 'tester' });
});
afterEach(() => source?.close());
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const send = (path: string, body: object) => post(gateway.url + path, body);
const get = (path: string) => fetch(gateway.url + path, { headers: token });
const answerWith = (pieces: readonly string[]) =>
  ollama.answer({ pieces: [...pieces], promptEvalCount: 7, evalCount: pieces.length });
const lastAsked = () =>
  ollama.requests.findLast(({ path }) => path === '/api/chat')!.body as { messages: object[] };

/** What a stream of these pieces must be, whoever serves it. */
function expectTokens(frames: readonly TokenFrame[], id: string): void {
  const tokens = frames.slice(0, -1);
  expect(tokens.map(({ token }) => token)).toEqual(PIECES);
  expect(tokens.map(({ text }) => text)).toEqual(PIECES.map((_, i) => PIECES.slice(0, i + 1).join('')));
  expect(tokens[0]!.generation_id).toBe(id);
  expect(frames.at(-1)).toEqual({
    final: true,
    text: TEXT,
    finish_reason: 'stop',
    usage: { prompt_tokens: 7, completion_tokens: 4, total_tokens: 11 },
    generation_id: id,
  });
}

describe('streams of tokens', () => {
  it.each([
    ['/agent/stream', ROADMAP],
    ['/api/v1/ai/stream', { agent_type: 'product_manager', task: 'Create roadmap' }],
    ['/api/v1/ai/stream', OUTLINE],
    ['/api/v1/ai/qa_engineer/stream', { task: 'Design performance test plan', context: {} }],
  ])('POST %s says each token with the text so far, and the counts last', async (path, body) => {
    answerWith(PIECES);
    const response = await send(path, body);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expectTokens(await readTokens(response), generationOf(response));
  });

  it('gives the agent its persona, the task, and what it should know besides', async () => {
    answerWith(PIECES);
    await readTokens(await send('/agent/stream', { ...ROADMAP, context: { market: 'Zürich' } }));
    expect(lastAsked().messages).toEqual([
      { role: 'system', content: expect.stringMatching(/^You are a product manager\./) as string },
      { role: 'user', content: 'Create roadmap\n\nContext:\n{"market":"Zürich"}' },
    ]);
    await readTokens(await send('/agent/stream', ROADMAP));
    expect(lastAsked().messages[1]).toEqual({ role: 'user', content: 'Create roadmap' });
  });

  it('have a frame for each token also where the agent speaks in larger pieces', async () => {
    answerWith(PIECES);
    const task = { agent_type: 'content', task: 'Write' };
    const countTokens = async (path: string) =>
      (await readTokens(await send(path, task))).filter(({ token }) => token !== undefined).length;
    expect(await countTokens('/agent/stream')).toBe(PIECES.length);
  });

  it('repeat only the token when asked so', async () => {
    answerWith(PIECES);
    const frames = await readTokens(await send('/agent/stream?text=delta', ROADMAP));
    expect(frames.slice(0, -1).map(({ text }) => text)).toEqual(PIECES);
    expect(frames.at(-1)).toMatchObject({ final: true, text: TEXT });
  });

  it('end with the cancellation when it is cancelled by the id that they said first', async () => {
    for (const path of ['/agent/cancel', '/api/v1/ai/cancel']) {
      ollama.answer({ pieces: [...PIECES] });
      const gate = ollama.hold(2);
      const response = await send('/agent/stream', ROADMAP);
      const { request } = await gate.reached;
      const id = generationOf(response);
      const answer = await send(`${path}/${id}`, {});
      expect([answer.status, await answer.json()]).toEqual([
        200,
        { cancelled: true, generation_id: id, status: 'cancelled' },
      ]);
      const frames = await readTokens(response);
      expect(frames[0]).toMatchObject({ token: 'Quarter', generation_id: id });
      expect(frames.at(-1)).toEqual({ cancelled: true, generation_id: id });
      expect(frames.filter(({ final }) => final)).toEqual([]);
      expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');

      const again = await send(`${path}/${id}`, {});
      expect([again.status, await again.json()]).toMatchObject([
        404,
        { error: 'generation_not_found', status_code: 404 },
      ]);
    }
  });

  it('name in the header and to scripts the same id as in their last frame', async () => {
    answerWith(PIECES);
    const response = await fetch(`${gateway.url}/agent/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN },
      body: JSON.stringify(ROADMAP),
    });
    expect(response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
    expect(response.headers.get('access-control-expose-headers')).toMatch(/\bX-Generation-ID\b/);
    const frames = await readTokens(response);
    expect(frames.at(-1)!.generation_id).toBe(generationOf(response));
    expect(frames.at(-1)!.generation_id).toMatch(/^chatcmpl-/);
  });
});

describe('a whole answer', () => {
  it('has text and counts', async () => {
    ollama.answer({ thinking: ['Hm.'], pieces: [...PIECES], promptEvalCount: 7, evalCount: 5 });
    const response = await send('/agent/generate', { agent_type: 'business_analyst', task: 'Find the gap' });
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        generation_id: generationOf(response),
        agent_type: 'business_analyst',
        model: 'phi3',
        text: TEXT,
        reasoning: 'Hm.',
        finish_reason: 'stop',
        usage: { prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 },
      },
    ]);
  });
});

describe('a workflow', () => {
  it('runs its steps in order, each with the answers before it', async () => {
    ollama.answer(({ body }) => {
      const { messages } = body as { messages: { content: string }[] };
      return {
        pieces: [`Answer to ${messages[1]!.content.split('\n')[0]}`],
        promptEvalCount: 1,
        evalCount: 1,
      };
    });
    const asked = ollama.requests.length;
    const response = await send('/workflow/create', { name: 'release', steps: [ROADMAP, OUTLINE] });
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    expect([response.status, await response.json()]).toMatchObject([
      200,
      {
        workflow_id: expect.stringMatching(/^workflow-/) as string,
        name: 'release',
        status: 'completed',
        results: [
          { agent_type: 'product_manager', text: 'Answer to Create roadmap', usage },
          { agent_type: 'software_developer', text: 'Answer to Outline service architecture', usage },
        ],
      },
    ]);
    const bodies = ollama.requests
      .slice(asked)
      .map(({ body }) => body as { messages: { content: string }[] });
    expect(bodies).toHaveLength(2);
    expect(bodies[0]!.messages[0]!.content).toMatch(/product manager/);
    expect(bodies[1]!.messages[0]!.content).toMatch(/software developer/);
    expect(bodies[1]!.messages[1]!.content).toContain(
      '{"previous_results":[{"agent_type":"product_manager","text":"Answer to Create roadmap"}]}',
    );
  });

  it('may be a single task', async () => {
    answerWith(PIECES);
    const response = await send('/workflow/create', {
      agent_type: 'product_manager',
      task: 'Create roadmap',
    });
    expect(await response.json()).toMatchObject({ status: 'completed', results: [{ text: TEXT }] });
  });

  it('ends with the step that fails, and keeps what was answered before', async () => {
    ollama.answer({ pieces: ['one'] });
    ollama.answer({ error: 'out of memory' });
    const response = await send('/workflow/create', { steps: [ROADMAP, OUTLINE, ROADMAP] });
    answerWith(PIECES);
    expect([response.status, await response.json()]).toMatchObject([
      502,
      {
        error: 'upstream_error',
        message: expect.stringMatching(/^Step 2 \(software_developer\): /) as string,
        status_code: 502,
        status: 'failed',
        results: [{ text: 'one' }],
      },
    ]);
  });

  it('is refused as a whole for an agent that does not exist', async () => {
    const asked = ollama.requests.length;
    const response = await send('/workflow/create', {
      steps: [ROADMAP, { ...OUTLINE, agent_type: 'nobody' }],
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      {
        error: 'unknown_agent',
        message: 'steps[1].agent_type names no streaming profile and no agent',
        status_code: 400,
      },
    ]);
    expect(ollama.requests).toHaveLength(asked);
  });

  it('stops when its caller leaves', async () => {
    ollama.answer({ pieces: [...PIECES] });
    const gate = ollama.hold(1);
    const leaving = new AbortController();
    const answer = post(
      `${gateway.url}/workflow/create`,
      { steps: [ROADMAP, OUTLINE] },
      { signal: leaving.signal },
    );
    answer.catch(() => undefined);
    const { request } = await gate.reached;
    const asked = ollama.requests.length;
    leaving.abort();
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    answerWith(PIECES);
    // Whatever it might still have begun would be before this.
    await (await send('/agent/generate', OUTLINE)).json();
    expect(ollama.requests.length - asked).toBe(1);
  });
});

describe('event sources of browsers', () => {
  const listen = (path: string) => {
    source = new EventSource(gateway.url + path);
    return source;
  };

  it('open the stream without a task, and see the tasks that run, without holding them', async () => {
    const opened = listen('/agent/stream');
    const seen: TokenFrame[] = [];
    const final = new Promise<void>((resolve) => {
      opened.onmessage = ({ data }: { data: string }) => {
        seen.push(JSON.parse(data) as TokenFrame);
        if (seen.at(-1)!.final) resolve();
      };
    });
    await withDeadline(new Promise((resolve) => (opened.onopen = resolve)), { what: 'the opening' });

    answerWith(PIECES);
    const response = await send('/agent/stream', ROADMAP);
    expectTokens(await readTokens(response), generationOf(response));
    await withDeadline(final, { what: 'the final frame' });
    expectTokens(seen, generationOf(response));
    expect(new Set(seen.map(({ generation_id }) => generation_id)).size).toBe(1);

    // A conversation is not a task.
    await (
      await send('/v1/chat/completions', { model: 'phi3', messages: [{ role: 'user', content: 'x' }] })
    ).text();
    ollama.answer({ pieces: [...PIECES] });
    const gate = ollama.hold(2);
    const leaving = new AbortController();
    const left = await post(`${gateway.url}/agent/stream`, ROADMAP, { signal: leaving.signal });
    const { request } = await gate.reached;
    leaving.abort();
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    expect(await gateway.storage.outcomeOf(generationOf(left))).toMatchObject({
      outcome: { status: 'cancelled', reason: 'client_gone' },
    });
    expect(opened.readyState).toBe(EventSource.OPEN);
    expect(new Set(seen.slice(5).map(({ generation_id }) => generation_id))).not.toContain(
      gateway.storage.begins.at(-2)!.id,
    );
  });

  it('generate with a task in the query, and are told to stop when they come back', async () => {
    answerWith(PIECES);
    const asked = ollama.requests.length;
    const query = new URLSearchParams({ agent_type: 'qa_engineer', task: 'Plan', context: '{"a":1}' });
    const opened = listen(`/agent/stream?${query.toString()}`);
    const seen: TokenFrame[] = [];
    opened.onmessage = ({ data }: { data: string }) => seen.push(JSON.parse(data) as TokenFrame);
    const closed = new Promise<void>((resolve) => {
      opened.onerror = () => {
        if (opened.readyState === EventSource.CLOSED) resolve();
      };
    });
    await withDeadline(closed, { what: 'the end of coming back', deadlineMs: 15_000 });
    expectTokens(seen, seen[0]!.generation_id!);
    expect(lastAsked().messages[1]).toMatchObject({ content: 'Plan\n\nContext:\n{"a":1}' });
    expect(ollama.requests.slice(asked).filter(({ path }) => path === '/api/chat')).toHaveLength(1);
  }, 20_000);

  it('are given the rest when they were cut off', async () => {
    answerWith(PIECES);
    const path = '/api/stream/product_manager?prompt=x';
    const events = await readNamed(await fetch(gateway.url + path));
    const second = events.filter(({ event }) => event === 'chunk')[1]!;
    const rest = await fetch(gateway.url + path, { headers: { 'last-event-id': second.id! } });
    const chunks = (await readNamed(rest)).filter(({ event }) => event === 'chunk');
    expect(chunks.map(({ data }) => data.text).join('')).toBe(PIECES.slice(2).join(''));
    expect(chunks[0]!.data.generation_id).toBe(second.data.generation_id);
    expect(generationOf(rest)).toBe(second.data.generation_id);

    const unknown = await fetch(gateway.url + path, { headers: { 'last-event-id': 'chatcmpl-0:3' } });
    expect(unknown.status).toBe(204);
  });

  describe.each(['/agent/stream?agent_type=travel&task=x', '/api/stream/travel?prompt=x'])(
    'that lose %s',
    (path) => {
      /** Hangs up when something was said, and tells what then became of the answer. */
      async function leave(query = '') {
        ollama.answer({ pieces: [...PIECES] });
        const gate = ollama.hold(1);
        const leaving = new AbortController();
        const response = await fetch(gateway.url + path + query, { signal: leaving.signal });
        await gate.reached;
        const generation = gateway.app.get(GenerationRegistry).running(generationOf(response))!;
        leaving.abort();
        await eventually(() => generation['readers'].length === 0);
        gate.open();
        await eventually(() => generation.ended);
        return generation.releasedOutcome;
      }

      it('have some seconds to come back', async () =>
        expect(await leave()).toMatchObject({ status: 'finished' }));

      it('end it when they said so', async () =>
        expect(await leave('&on_disconnect=cancel')).toMatchObject({ reason: 'client_gone' }));

      it('may say nothing else', async () => {
        const refused = await get(`${path}&on_disconnect=perhaps`);
        expect([refused.status, await refused.json()]).toMatchObject([400, { status_code: 400 }]);
      });
    },
  );
});

describe('streams of named events', () => {
  it('connect, say the answer at the pace of the agent, complete, and close', async () => {
    answerWith(PIECES);
    const response = await get('/api/stream/content?prompt=Tell%20me%20about%20Egypt');
    const events = await readNamed(response);
    const names = events.map(({ event }) => event);
    expect(names.slice(0, 2)).toEqual(['connected', 'status']);
    expect(names.slice(-2)).toEqual(['complete', 'close']);
    const id = generationOf(response);
    expect(events[0]!.data).toEqual({ generation_id: id, agent: 'content', model: 'phi3' });
    const chunks = events.filter(({ event }) => event === 'chunk');
    expect(chunks.map(({ data }) => data.text).join('')).toBe(TEXT);
    expect(events.at(-2)!.data).toMatchObject({
      generation_id: id,
      text: TEXT,
      finish_reason: 'stop',
      usage: { total_tokens: 11 },
      durationMs: expect.any(Number) as number,
    });
    expect(lastAsked().messages).toMatchObject([{ role: 'system' }, { content: 'Tell me about Egypt' }]);
  });

  it('say each token when asked, and progress where the length is known', async () => {
    answerWith(PIECES);
    const response = await post(`${gateway.url}/api/stream/travel?tokens=1`, { prompt: 'Go', max_tokens: 8 });
    const events = await readNamed(response);
    const of = (name: string) => events.filter(({ event }) => event === name).map(({ data }) => data);
    expect(of('token').map(({ text }) => text)).toEqual(PIECES);
    expect(of('progress').at(-1)).toMatchObject({ percent: 50 });
    expect(
      of('chunk')
        .map(({ text }) => text)
        .join(''),
    ).toBe(TEXT);
  });

  it('open before a model that takes its time says anything', async () => {
    ollama.answer({ pieces: [...PIECES] });
    const gate = ollama.hold(0);
    const response = await withDeadline(get('/api/stream/travel?prompt=x'), { what: 'the opening' });
    await gate.reached;
    expect(response.status).toBe(200);
    gate.open();
    expect((await readNamed(response)).map(({ event }) => event).at(0)).toBe('connected');
  });

  it.each([
    ['/api/stream/travel', 400, 'prompt'],
    ['/api/stream/travel?prompt=', 400, 'prompt'],
    ['/api/stream/nobody?prompt=x', 404, 'agent'],
    ['/api/stream/travel?prompt=x&tokens=yes', 400, 'tokens'],
    ['/agent/stream?task=x', 400, 'agent_type'],
    ['/agent/stream?task=x&agent_type=nobody', 400, 'agent_type'],
    ['/agent/stream?task=x&agent_type=travel&context=[]', 400, 'context'],
    ['/api/stream/stats/nobody', 404, 'agent'],
  ])('%s is refused before anything is opened', async (path, status, about) => {
    const response = await get(path);
    expect([response.status, await response.json()]).toEqual([
      status,
      {
        error: expect.any(String) as string,
        message: expect.stringContaining(about) as string,
        status_code: status,
      },
    ]);
  });
});

describe('HEAD of a stream', () => {
  it.each(['/agent/stream', '/agent/stream?agent_type=travel&task=x', '/api/stream/travel?prompt=x'])(
    'of %s begins nothing',
    async (path) => {
      const asked = ollama.requests.length;
      const response = await fetch(gateway.url + path, { method: 'HEAD' });
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/event-stream; charset=utf-8',
      ]);
      expect(ollama.requests).toHaveLength(asked);
    },
  );
});

describe(StreamService.name, () => {
  it('knows the streams that run, and can stop them all', async () => {
    const service = gateway.app.get(StreamService);
    ollama.answer({ pieces: [...PIECES] });
    const gates = [ollama.hold(1), ollama.hold(1)];
    const responses = [
      await send('/agent/stream', ROADMAP),
      await fetch(`${gateway.url}/api/stream/travel?prompt=x`),
    ];
    for (const gate of gates) await gate.reached;
    expect(service.getActiveStreamCount()).toBe(2);
    expect(service.getActiveStreams()).toMatchObject([
      { generationId: generationOf(responses[0]!), agent: 'product_manager', model: 'phi3' },
      { generationId: generationOf(responses[1]!), agent: 'travel', model: 'phi3' },
    ]);
    expect(service.cancelAllStreams()).toBe(2);
    expect((await readTokens(responses[0]!)).at(-1)).toMatchObject({ cancelled: true });
    expect((await readNamed(responses[1]!)).at(-1)).toMatchObject({ data: { reason: 'cancelled' } });
    expect([service.getActiveStreamCount(), service.cancelAllStreams()]).toEqual([0, 0]);
  });
});

describe('statistics of streams', () => {
  const stats = async (path: string) => (await (await get(path)).json()) as Record<string, unknown>;

  it('are there for each agent and for all', async () => {
    expect(await stats('/api/stream/stats/agent1')).toEqual({
      agent: 'agent1',
      totalStreams: 0,
      activeStreams: 0,
      completedStreams: 0,
      failedStreams: 0,
      successRate: '0.00%',
      avgDuration: '0ms',
    });
    const before = await stats('/api/stream/stats');
    await readNamed(await get('/api/stream/agent1?prompt=hello'));
    await readNamed(await get('/api/stream/agent1?prompt=hello'));
    await readNamed(await get('/api/stream/agent1?prompt=hello'));
    expect(await stats('/api/stream/stats/agent1')).toEqual({
      agent: 'agent1',
      totalStreams: 3,
      activeStreams: 0,
      completedStreams: 3,
      failedStreams: 0,
      successRate: '100.00%',
      avgDuration: expect.stringMatching(/^\d+ms$/) as string,
    });
    expect(await stats('/api/stream/stats')).toMatchObject({
      agent: 'all',
      totalStreams: (before.totalStreams as number) + 3,
    });
    expect(Object.keys(await stats('/api/stream/stats/travel'))).toHaveLength(7);
    const metrics = await (await get('/metrics')).text();
    expect(metrics).toContain('stream_sessions_total{agent="agent1",status="finished"} 3');
    expect(metrics).toContain('stream_session_duration_seconds_count{agent="agent1",status="finished"} 3');
    expect(metrics).toMatch(/^stream_chunks_sent_total\{agent="agent1"\} [1-9]/m);
    expect(metrics).toContain('stream_sessions_active{agent="agent1"} 0');
  });
});
