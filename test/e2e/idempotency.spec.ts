import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import OpenAI from 'openai';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, post, readUntil, resetBreakers } from '../support/gateway-calls.js';
import { readChatStream } from '../support/sse.js';
import { getFault } from '../support/upstream-faults.js';

const ANSWER = { pieces: ['one', ' two', ' three'], promptEvalCount: 7, evalCount: 3 };

let ollama: FakeOllama;
let gateway: TestGateway;
let lastKey = 0;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' }, undefined, {
    signedIn: 'always',
  });
});
beforeEach(() => ollama.answer(ANSWER));
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const newKey = () => `key-${++lastKey}`;
const ask = (key: string, body: object = {}) =>
  askChat(gateway, body, { headers: { 'idempotency-key': key } });
const calls = () => ollama.requests.filter(({ path }) => path === '/api/chat').length;
const replayed = (response: Response) => response.headers.get('idempotent-replayed');

describe('requests with the same Idempotency-Key', () => {
  it.each([false, true])('are answered by one generation, at once and later (stream: %s)', async (stream) => {
    const before = calls();
    const key = newKey();
    const responses = await Promise.all(Array.from({ length: 50 }, () => ask(key, { stream })));
    responses.push(await ask(key, { stream }));
    const texts = new Set(await Promise.all(responses.map((response) => response.text())));
    expect(texts.size).toBe(1);
    expect(new Set(responses.map(generationOf)).size).toBe(1);
    expect(responses.filter((response) => replayed(response) === 'true')).toHaveLength(50);
    expect(calls() - before).toBe(1);
  });

  it('join an answer that still runs', async () => {
    const gate = ollama.hold(1);
    const key = newKey();
    const first = readUntil(await ask(key, { stream: true }), 'one');
    await first.said;
    const second = readUntil(await ask(key, { stream: true }), 'one');
    await second.said;
    gate.open();
    expect((await first.whole).text).toBe('one two three');
    expect((await second.whole).text).toBe('one two three');
  });

  it('do not pay twice for a stream that was cut', async () => {
    const before = calls();
    const gate = ollama.hold(1);
    const key = newKey();
    const abort = new AbortController();
    const cut = await askChat(
      gateway,
      { stream: true },
      { headers: { 'idempotency-key': key }, signal: abort.signal },
    );
    const { said, whole } = readUntil(cut, 'one');
    whole.catch(() => undefined);
    await said;
    abort.abort();
    const again = await ask(key, { stream: true });
    gate.open();
    expect((await readChatStream(again)).text).toBe('one two three');
    expect(generationOf(again)).toBe(generationOf(cut));
    expect(calls() - before).toBe(1);
  });

  it('but another body are refused', async () => {
    const key = newKey();
    await (await ask(key)).text();
    const other = await ask(key, { temperature: 0 });
    expect(other.status).toBe(409);
    expect(await other.json()).toMatchObject({ error: { code: 'idempotency_conflict' } });
  });

  it('are tried again when the first one failed', async () => {
    const key = newKey();
    await (await askChat(gateway)).text();
    await getFault('status 500 with no body').install(ollama);
    const failed = await ask(key);
    expect(failed.status).toBe(502);
    await failed.text();
    resetBreakers(gateway);
    ollama.answer(ANSWER);
    const again = await ask(key);
    expect(again.status).toBe(200);
    expect(replayed(again)).toBeNull();
  });

  it('are what the official client sends when it is told to', async () => {
    const before = calls();
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none' });
    const key = newKey();
    const create = () =>
      client.chat.completions.create(
        { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] },
        { headers: { 'idempotency-key': key } },
      );
    expect(await create()).toEqual(await create());
    expect(calls() - before).toBe(1);
  });

  it.each(['', 'a\tb', 'x'.repeat(256)])('need a key that is one: %j', async (key) => {
    const response = await askChat(gateway, {}, { headers: { 'idempotency-key': key } });
    expect(await response.json()).toMatchObject({ error: { param: 'Idempotency-Key' } });
  });
});

const TASK = { agent_type: 'qa_engineer', task: 'Plan' };
const CHAT = { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };
const STEPS = { steps: [TASK, { agent_type: 'product_manager', task: 'Go on' }] };
const send = (path: string, body: object, key: string) =>
  post(gateway.url + path, body, { headers: { 'idempotency-key': key } });

describe.each<[path: string, body: object, other: object, isPaidFor: number]>([
  ['/agent/stream', TASK, { ...TASK, task: 'Do' }, 1],
  ['/agent/generate', TASK, { ...TASK, task: 'Do' }, 1],
  ['/api/v1/ai/stream', TASK, { ...TASK, task: 'Do' }, 1],
  ['/api/v1/ai/qa_engineer/stream', { task: 'Plan' }, { task: 'Do' }, 1],
  ['/api/stream/travel', { prompt: 'Go' }, { prompt: 'Come' }, 1],
  ['/streaming/sse/chat', CHAT, { ...CHAT, temperature: 0 }, 1],
  ['/workflow/create', STEPS, { steps: [TASK, TASK] }, 2],
])('an Idempotency-Key on %s', (path, body, other, isPaidFor) => {
  it('is answered by what it began, however often it is sent', async () => {
    const before = calls();
    const key = newKey();
    const sent = Array.from({ length: 5 }, () => send(path, body, key));
    const responses = [...(await Promise.all(sent)), await send(path, body, key)];
    const texts = await Promise.all(responses.map((response) => response.text()));
    expect(responses.map(({ status }) => status)).toEqual(Array(6).fill(200));
    expect(new Set(responses.map(generationOf)).size).toBe(1);
    for (const text of texts) expect(text).toContain('"text":"one two three"');
    expect(replayed(responses.at(-1)!)).toBe('true');
    expect(calls() - before).toBe(isPaidFor);
  });

  it('is refused with another body, and where it is none', async () => {
    const key = newKey();
    await (await send(path, body, key)).text();
    const refused = await send(path, other, key);
    expect(refused.status).toBe(409);
    await refused.text();
    const none = await send(path, body, '');
    expect([none.status, await none.text()]).toEqual([
      400,
      expect.stringContaining('Idempotency-Key') as string,
    ]);
  });
});

describe('a workflow that failed', () => {
  it('is gone on with where it failed when it is sent again', async () => {
    const key = newKey();
    // What tests before this one did not need.
    ollama['scripts'].length = 0;
    ollama.answer(ANSWER);
    ollama.answer({ error: 'out of memory' });
    const failing = await send('/workflow/create', { steps: [TASK, TASK] }, key);
    expect([failing.status, await failing.json()]).toMatchObject([
      502,
      { results: [{ text: 'one two three' }] },
    ]);
    resetBreakers(gateway);
    ollama.answer(ANSWER);
    const failed = calls();
    const again = await send('/workflow/create', { steps: [TASK, TASK] }, key);
    expect([again.status, replayed(again), calls() - failed]).toEqual([200, null, 1]);
  });
});

describe('responses with the same Idempotency-Key', () => {
  const idOf = (body: unknown) => (body as { id: string }).id;

  it.each(['/v1/responses', '/api/v1/responses'])(
    'are one, whole and in the background: %s',
    async (path) => {
      for (const background of [false, true]) {
        const before = calls();
        const key = newKey();
        const body = { model: 'phi3', input: 'Hello', background };
        const responses = await Promise.all(Array.from({ length: 5 }, () => send(path, body, key)));
        responses.push(await send(path, body, key));
        const bodies = (await Promise.all(responses.map((response) => response.json()))) as object[];
        expect(new Set(bodies.map(idOf)).size).toBe(1);
        expect(idOf(bodies[0])).toMatch(/^resp_[0-9a-f]{32}$/);
        expect(responses.filter((response) => replayed(response) === 'true')).toHaveLength(5);
        expect(calls() - before).toBe(1);
        const kept = await fetch(`${gateway.url}/v1/responses/${idOf(bodies[0])}`);
        expect(kept.status).toBe(200);
      }
    },
  );

  it('are one as streams', async () => {
    const before = calls();
    const key = newKey();
    const body = { model: 'phi3', input: 'Hello', stream: true };
    const texts = await Promise.all(
      Array.from({ length: 5 }, async () => (await send('/v1/responses', body, key)).text()),
    );
    expect(new Set(texts).size).toBe(1);
    expect(calls() - before).toBe(1);
  });

  it('but other words, also those the model does not hear, are refused', async () => {
    const key = newKey();
    await (await send('/v1/responses', { model: 'phi3', input: 'Hello' }, key)).text();
    for (const more of [{ input: 'Other' }, { metadata: { a: 'b' } }, { background: true }]) {
      const other = await send('/v1/responses', { model: 'phi3', input: 'Hello', ...more }, key);
      expect(other.status).toBe(409);
      await other.text();
    }
  });
});
