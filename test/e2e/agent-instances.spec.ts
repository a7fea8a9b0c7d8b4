import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { ALL_SPLITS } from '../support/byte-split.js';
import { FakeAgentInstance } from '../support/fake-agent-instance.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { generationOf, post, resetBreakers } from '../support/gateway-calls.js';
import { readTokens } from '../support/task-streams.js';

const ROADMAP = { agent_type: 'product_manager', task: 'Créer "roadmap" 👋', context: { a: ['ß'] } };
const OUTLINE = { agent_type: 'software_developer', task: 'Outline service architecture' };
const PIECES = ['say "', 'é\n', '👩‍👩‍👧', '\\n', ' end'];

let manager: FakeAgentInstance;
let developer: FakeAgentInstance;
let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  manager = await new FakeAgentInstance().listen();
  developer = await new FakeAgentInstance().listen();
  ollama = await new FakeOllama({ models: 'any' }).listen();
  const instances = {
    PRODUCT_MANAGER_PHI4_URL: manager.origin,
    SOFTWARE_DEVELOPER_PHI4_URL: developer.origin,
  };
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, ...instances }, undefined, {
    signedIn: 'where needed',
  });
});
beforeEach(() => resetBreakers(gateway));
afterEach(() => void (manager.split = 'per-line'));
afterAll(async () => {
  await gateway.close();
  await Promise.all([manager.close(), developer.close(), ollama.close()]);
});

const send = (path: string, body: object) => post(gateway.url + path, body);
const askedOf = (server: FakeAgentInstance | FakeOllama) =>
  server.requests.filter(({ method }) => method === 'POST').map(({ body }) => body as object);

describe('instances of agents', () => {
  it('hear the tasks of their own agent only, by whichever way they come', async () => {
    manager.answer({ pieces: ['plan'] });
    developer.answer({ pieces: ['code'] });
    const workflow = await send('/workflow/create', { steps: [ROADMAP, OUTLINE] });
    expect(await workflow.json()).toMatchObject({
      status: 'completed',
      results: [
        { text: 'plan', model: 'phi4' },
        { text: 'code', model: 'phi4' },
      ],
    });
    await (await send('/api/v1/ai/product_manager/stream', ROADMAP)).text();
    await (await send('/api/stream/product_manager', { prompt: 'Hello' })).text();
    await (await send('/agent/generate', { agent_type: 'qa_engineer', task: 'Test' })).json();

    expect(askedOf(manager)).toEqual([
      ROADMAP,
      ROADMAP,
      { agent_type: 'product_manager', task: 'Hello', context: {} },
    ]);
    expect(askedOf(developer)).toEqual([
      { ...OUTLINE, context: { previous_results: [{ agent_type: 'product_manager', text: 'plan' }] } },
    ]);
    expect(askedOf(ollama)).toMatchObject([{ messages: [{ role: 'system' }, { content: 'Test' }] }]);
  });

  it.each(ALL_SPLITS)('are understood when their bytes are cut %s', async (_name, split) => {
    manager.split = split;
    manager.answer({ pieces: PIECES, promptTokens: 3, completionTokens: 5 });
    const response = await send('/agent/stream', ROADMAP);
    const frames = await readTokens(response);
    expect(frames.slice(0, -1).map(({ token }) => token)).toEqual(PIECES);
    expect(frames.at(-1)).toEqual({
      final: true,
      text: PIECES.join(''),
      finish_reason: 'stop',
      usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
      generation_id: generationOf(response),
    });
    expect(response.headers.get('x-citadel-backend')).toBe('product_manager_phi4');
  });

  it('are told of a cancellation', async () => {
    manager.answer({ pieces: PIECES });
    const gate = manager.hold(1);
    const response = await send('/agent/stream', ROADMAP);
    const { connection } = await gate.reached;
    await send(`/agent/cancel/${generationOf(response)}`, {});
    expect((await readTokens(response)).at(-1)).toMatchObject({ cancelled: true });
    expect((await connection.closed).closedBy).toBe('client');
    await eventually(() => manager.cancelled.length === 1);
  });

  it('are not told how to answer, and who asked is told so', async () => {
    manager.answer({ pieces: ['plan'] });
    ollama.answer({ pieces: ['plan'] });
    const tools = [{ type: 'function', function: { name: 'weather', parameters: {} } }];
    const body = {
      max_tokens: 5,
      stop: ['x'],
      seed: 1,
      tools,
      tool_choice: 'auto',
      n: 1,
      user: 'ada',
      logprobs: true,
    };
    const ignoredBy = async (agent: string, path = '/v1/chat/completions', asked: object = body) => {
      const messages = [{ role: 'user', content: 'Plan' }];
      const response = await post(
        gateway.url + path,
        path.endsWith('responses') ? { model: 'phi4', ...asked } : { model: 'phi4', messages, ...asked },
        { headers: { 'x-p8-agent': agent } },
      );
      await response.text();
      expect(response.status).toBe(200);
      return response.headers.get('x-ignored-parameters');
    };
    const OF_INSTANCES = 'max_tokens, stop, seed, tools, tool_choice, logprobs';
    expect(await ignoredBy('product_manager')).toBe(OF_INSTANCES);
    expect(await ignoredBy('product_manager', '/v1/gui/chat/completions')).toBe(OF_INSTANCES);
    expect(await ignoredBy('qa_engineer')).toBeNull();
    const response = {
      input: 'Plan',
      max_output_tokens: 9,
      text: { format: { type: 'text' } },
      service_tier: 'x',
    };
    expect(await ignoredBy('product_manager', '/v1/responses', response)).toBe(
      'max_output_tokens, text, service_tier',
    );
    expect(await ignoredBy('qa_engineer', '/v1/responses', response)).toBe('service_tier');
  });

  it('that have not loaded their model yet answer so', async () => {
    manager.script((exchange) =>
      exchange.respond(503, { 'Content-Type': 'application/json' }, '{"detail":"Model not loaded"}'),
    );
    for (const path of ['/agent/stream', '/agent/generate']) {
      const response = await send(path, ROADMAP);
      expect([response.status, await response.json()]).toEqual([
        503,
        { error: 'server_busy', message: 'Model not loaded', status_code: 503 },
      ]);
    }
  });

  it('that die in mid-answer leave no clean end', async () => {
    manager.script(async (exchange) => {
      exchange.head(200, manager.streamHeaders);
      await exchange.write(manager.toWire(manager.piecePayload(exchange.request, 'half')));
      await exchange.endEarly();
    });
    const frames = await readTokens(await send('/agent/stream', ROADMAP));
    expect(frames).toMatchObject([{ token: 'half' }, { code: 'upstream_incomplete' }]);
  });
});

describe('a gateway as the instance of another', () => {
  let front: TestGateway;

  beforeAll(async () => {
    front = await createGateway({ OLLAMA_URL: ollama.origin, QA_ENGINEER_PHI4_URL: gateway.url });
  });
  afterAll(() => front.close());

  const ask = () => post(`${front.url}/agent/stream`, { agent_type: 'qa_engineer', task: 'Plan' });

  it('says the same', async () => {
    ollama.answer({ thinking: ['Hm.'], pieces: PIECES, promptEvalCount: 3, evalCount: 6 });
    const frames = await readTokens(await ask());
    expect(frames.map(({ reasoning, token }) => reasoning ?? token).slice(0, -1)).toEqual(['Hm.', ...PIECES]);
    expect(frames.at(-1)).toMatchObject({ final: true, text: PIECES.join(''), usage: { total_tokens: 9 } });
  });

  it('is asked once, also when it takes the first for the instance in turn', async () => {
    const round = await createGateway({ OLLAMA_URL: ollama.origin, PRODUCT_MANAGER_PHI4_URL: gateway.url });
    ollama.answer({ pieces: PIECES });
    const toldOf = askedOf(manager).length;
    const response = await post(`${round.url}/agent/stream`, ROADMAP);
    expect((await readTokens(response)).at(-1)).toMatchObject({ final: true, text: PIECES.join('') });
    // The second has an instance for this agent too, and serves what was passed on to it by itself.
    expect(askedOf(manager)).toHaveLength(toldOf);
    await round.close();
  });

  it('stops the model when the caller of the first one leaves', async () => {
    ollama.answer({ pieces: PIECES });
    const gate = ollama.hold(2);
    const response = await ask();
    const { request } = await gate.reached;
    await post(`${front.url}/agent/cancel/${generationOf(response)}`, {});
    await response.text();
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
  });
});
