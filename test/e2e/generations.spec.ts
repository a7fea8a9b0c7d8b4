import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { turns } from '../support/event-loop.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, post, readUntil } from '../support/gateway-calls.js';
import { Gate } from '../support/gate.js';
import { readChatStream } from '../support/sse.js';
import { getFault } from '../support/upstream-faults.js';

const ANSWER = { pieces: ['one', ' two'], promptEvalCount: 7, evalCount: 2 };

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterEach(() => (gateway.storage.onOutcome = () => undefined));
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

async function statusOf(id: string): Promise<{ status: number; body: object }> {
  const response = await fetch(`${gateway.url}/v1/generations/${id}`);
  return { status: response.status, body: (await response.json()) as object };
}
const standing = (id: string, more: object) => ({
  status: 200,
  body: {
    id,
    model: 'phi3',
    agent: null,
    profile: 'generic',
    created: expect.any(Number),
    usage: null,
    finish_reason: null,
    error: null,
    ...more,
  },
});

describe('GET /v1/generations/:id', () => {
  it('knows a running generation by the id its caller sees, and how it ended', async () => {
    ollama.answer(ANSWER);
    const gate = ollama.hold(1);
    const response = await askChat(gateway, { stream: true });
    const id = generationOf(response);
    const { said, whole } = readUntil(response, 'one');
    await said;
    expect(await statusOf(id)).toEqual(standing(id, { status: 'running' }));

    gate.open();
    const stream = await whole;
    expect(new Set(stream.chunks.map((chunk) => chunk.id))).toEqual(new Set([id]));
    expect(id).toMatch(/^chatcmpl-[0-9a-f]{32}$/);
    const usage = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };
    expect(await statusOf(id)).toEqual(
      standing(id, { status: 'finished', finish_reason: 'stop', usage: expect.objectContaining(usage) }),
    );
  });

  it('gives whole answers, completions and errors their id as well', async () => {
    ollama.answer(ANSWER);
    const chat = await askChat(gateway);
    const completion = await post(`${gateway.url}/v1/completions`, { model: 'phi3', prompt: 'Hello' });
    await getFault('status 500 with no body').install(ollama);
    const failed = await askChat(gateway);

    expect((await chat.json()) as object).toHaveProperty('id', generationOf(chat));
    expect((await completion.json()) as object).toHaveProperty('id', generationOf(completion));
    expect(generationOf(completion)).toMatch(/^cmpl-[0-9a-f]{32}$/);
    expect(await statusOf(generationOf(failed))).toEqual(
      standing(generationOf(failed), {
        status: 'failed',
        usage: expect.objectContaining({ prompt_tokens: 0, completion_tokens: 0 }),
        error: { message: expect.stringMatching(/\S/), code: 'upstream_error' },
      }),
    );
  });

  it('says of a cancelled one how far it had come', async () => {
    ollama.answer(ANSWER);
    const gate = ollama.hold(1);
    const response = await askChat(gateway, { stream: true });
    await gate.reached;
    const id = generationOf(response);
    await post(`${gateway.url}/v1/generations/${id}/cancel`, {});
    await response.text();

    expect(await statusOf(id)).toEqual(
      standing(id, {
        status: 'cancelled',
        usage: expect.objectContaining({ prompt_tokens: 6, completion_tokens: 1, estimated: true }),
        error: { message: expect.stringMatching(/\S/), code: 'cancelled' },
      }),
    );
  });

  it('names agent and profile', async () => {
    const response = await post(`${gateway.url}/v1/agents/stream?agent_type=p8-sim`, {
      messages: [{ role: 'user', content: 'Hello' }],
    });
    await response.text();
    expect(await statusOf(generationOf(response))).toMatchObject({
      body: { agent: 'p8-sim', profile: 'generic', status: 'finished' },
    });
  });

  it('does not know what never was', async () => {
    expect(await statusOf('chatcmpl-0')).toEqual({
      status: 404,
      body: {
        error: {
          message: "No generation 'chatcmpl-0'.",
          type: 'invalid_request_error',
          param: 'id',
          code: 'generation_not_found',
        },
      },
    });
  });
});

describe('the record of an answer', () => {
  /** From now on no outcome is on record until it is said that it is, or that it cannot be. */
  function holdOutcomes() {
    const held = new Gate<void>();
    gateway.storage.onOutcome = () => held.opened;
    return held.open;
  }

  it('holds back the end of a stream, but no token', async () => {
    const release = holdOutcomes();
    ollama.answer(ANSWER);
    const response = await askChat(gateway, { stream: true });
    const { said, whole } = readUntil(response, 'two"');
    await said;
    await gateway.storage.outcomeOf(generationOf(response));
    expect(await statusOf(generationOf(response))).toMatchObject({ body: { status: 'running' } });
    expect(await Promise.race([whole, turns(20)])).toBeUndefined();

    release();
    expect(await whole).toMatchObject({ text: 'one two', finishReason: 'stop', done: true });
  });

  it('is waited for by a whole answer', async () => {
    const release = holdOutcomes();
    ollama.answer(ANSWER);
    const before = gateway.storage.outcomes.length;
    const asked = askChat(gateway);
    await eventually(() => gateway.storage.outcomes.length > before);
    expect(await Promise.race([asked, turns(20)])).toBeUndefined();
    release();
    expect(await asked).toHaveProperty('status', 200);
  });

  it('that cannot be made takes a stream its good end', async () => {
    gateway.storage.onOutcome = () => Promise.reject(new Error('disk full'));
    ollama.answer(ANSWER);
    const response = await askChat(gateway, { stream: true });
    const stream = await readChatStream(response);

    expect(stream).toMatchObject({ text: 'one two', finishReason: null, done: false });
    expect(stream.chunks.at(-1)).toMatchObject({
      error: { code: 'audit_unavailable', type: 'service_unavailable' },
    });
    expect(await statusOf(generationOf(response))).toMatchObject({
      body: { status: 'failed', error: { code: 'audit_unavailable' } },
    });
  });

  it.each([
    ['a whole answer', false],
    ['a stream that had said nothing', true],
  ])('that cannot be made turns %s into status 503', async (_name, stream) => {
    gateway.storage.onOutcome = () => Promise.reject(new Error('disk full at /var/lib'));
    ollama.answer({ pieces: [] });
    const response = await askChat(gateway, { stream });

    const text = await response.text();
    expect([response.status, JSON.parse(text)]).toMatchObject([
      503,
      { error: { code: 'audit_unavailable' } },
    ]);
    expect(text).not.toContain('/var/lib');
  });

  it('is begun before a backend hears of it, and made once, whatever the end', async () => {
    const before = gateway.storage.begins.length;
    ollama.answer(() => {
      expect(gateway.storage.begins).toHaveLength(before + 1);
      return ANSWER;
    });
    ollama.answer(ANSWER);
    await (await askChat(gateway)).text();
    await readChatStream(await askChat(gateway, { stream: true }));
    await getFault('error line').install(ollama);
    await (await askChat(gateway)).text();

    const begins = gateway.storage.begins.slice(before);
    const outcomes = gateway.storage.outcomes.filter((record) => begins.includes(record.begin));
    expect(outcomes.map(({ begin, outcome }) => [begin.id, outcome.status])).toEqual([
      [begins[0]?.id, 'finished'],
      [begins[1]?.id, 'finished'],
      [begins[2]?.id, 'failed'],
    ]);
  });
});

it('more of them than there may be are answered 503', async () => {
  const narrow = await createGateway({
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    GENERATION_MAX_STREAMS: '1',
  });
  ollama.answer(ANSWER);
  const gate = ollama.hold(0);
  const running = askChat(narrow);
  await gate.reached;
  const refused = await askChat(narrow, { stream: true });
  gate.open();

  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect((await refused.json()) as object).toHaveProperty('error.code', 'server_busy');
  expect(await running).toHaveProperty('status', 200);
  expect(await askChat(narrow)).toHaveProperty('status', 200);
  await narrow.close();
});
