import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import type { Exchange } from '../support/exchange.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post, resetBreakers } from '../support/gateway-calls.js';
import type { OllamaAnswer } from '../support/ollama-answer.js';
import type { RecordedRequest } from '../support/recorded-request.js';
import { readChatStream } from '../support/sse.js';
import { getFault } from '../support/upstream-faults.js';
import { askWhole, cacheUses, sendTo, type WholeAnswer } from '../support/whole-answers.js';

type Headers = Record<string, string>;

const CHAT = '/v1/chat/completions';
const COMPLETION = '/v1/completions';
const TTL_MS = 3_600_000;

let server: FakeOllama;
let other: FakeOllama;
let gateway: TestGateway;
let texts = 0;
let made = 0;
let answer: (request: RecordedRequest) => OllamaAnswer;

/** A text nobody has asked for yet. */
const fresh = () => `Question ${++texts}, große 👋`;
const say = (content = fresh()) => ({ messages: [{ role: 'user', content }] });
const send = (body: object, headers?: Headers, path = CHAT, to = gateway) => sendTo(to, path, body, headers);
const ask = (body: object, headers?: Headers, path = CHAT, to = gateway) => askWhole(to, path, body, headers);
const uses = (times: number, body: object, headers?: Headers, path = CHAT, to = gateway) =>
  cacheUses(times, to, path, body, headers);
const upstreamCalls = async (work: () => Promise<unknown>) => {
  const before = server.requests.filter(({ method }) => method === 'POST').length;
  await work();
  return server.requests.filter(({ method }) => method === 'POST').length - before;
};
/** From the next request on, for good. */
const serveWell = () => server.answer((request) => answer(request));
/** Everything but what is new with every answer. */
const lasting = ({ id: _id, created: _created, ...rest }: WholeAnswer) => rest;

beforeAll(async () => {
  server = await new FakeOllama({ models: 'any' }).listen();
  serveWell();
  other = await new FakeOllama({ models: 'any' }).listen();
  const yaml = `
backends:
  - { name: other, kind: ollama, url: '${other.origin}' }
routes:
  - { model: two-places, targets: [{ backend: ollama }, { backend: other }] }`;
  const env = { OLLAMA_URL: server.origin, MODELS_ADMIT: 'any', RESPONSE_CACHE: 'on' };
  gateway = await createGateway(env, undefined, { yaml });
});
beforeEach(() => {
  // No two answers are the same.
  answer = () => ({ pieces: ['Answer', ' ', String(++made), ' — größer'], promptEvalCount: 7 });
  resetBreakers(gateway);
});
afterEach(() => {
  gateway.storage.onOutcome = () => undefined;
});
afterAll(async () => {
  await gateway.close();
  await server.close();
  await other.close();
});

describe('a question that was answered before', () => {
  it('gets the same text and usage, under an id and a time of its own', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2030, 0, 1) });
    const question = say();
    const first = await ask(question);
    vi.setSystemTime(Date.UTC(2030, 0, 1, 0, 0, 5));
    const second = await ask(question);

    expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
    expect(lasting(second.body)).toEqual(lasting(first.body));
    expect(first.body.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 4 });
    expect(second.body.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/);
    expect(second.body.id).not.toBe(first.body.id);
    expect(second.body.created - first.body.created).toBe(5);
    expect([first.backend, second.backend]).toEqual(['ollama', 'ollama']);
  });

  const TOOLS = [{ type: 'function', function: { name: 'weather', parameters: { type: 'object' } } }];
  const calls = { pieces: [], toolCalls: [{ name: 'weather', arguments: { city: 'Zürich' } }] };
  it.each([
    ['several answers', { n: 3 }, undefined],
    ['tool calls', { tools: TOOLS }, calls],
    ['reasoning', {}, { thinking: ['hm', ', ü\n'], pieces: ['"so"'] }],
    ['an answer cut at its limit', { max_tokens: 2 }, { pieces: ['a', 'b'], doneReason: 'length' }],
    ['counts the server did not give', { n: 2 }, { pieces: ['a', 'b'], evalCount: 0, promptEvalCount: 0 }],
  ])('is answered alike with %s', async (_what, more, given) => {
    if (given !== undefined) answer = () => given;
    const question = { ...say(), ...more };
    const calls = await upstreamCalls(async () => {
      const [first, second] = [await ask(question), await ask(question)];
      expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
      expect(lasting(second.body)).toEqual(lasting(first.body));
    });
    expect(calls).toBe('n' in more ? more.n : 1);
  });

  it('is answered alike where prompts are completed', async () => {
    const question = { prompt: [fresh(), fresh()], n: 2, echo: true };
    const first = await ask(question, {}, COMPLETION);
    const second = await ask(question, {}, COMPLETION);
    expect([first.cache, second.cache]).toEqual(['miss', 'hit']);
    expect(lasting(second.body)).toEqual(lasting(first.body));
    expect(second.body.choices).toHaveLength(4);
    expect(second.body.id).toMatch(/^cmpl-/);
  });

  it('is a generation of its own: on record, and to be looked up', async () => {
    const question = say();
    await ask(question);
    const { body } = await ask(question);
    expect(await gateway.storage.outcomeOf(body.id)).toMatchObject({
      begin: { id: body.id, route: CHAT, model: 'phi3', stream: false },
      outcome: { status: 'finished', finishReasons: ['stop'] },
      cached: true,
      attempts: 0,
      backend: 'ollama',
      backendModel: 'phi3:latest',
      generatedPieces: 4,
      deliveredPieces: 4,
      usage: { promptTokens: 7, completionTokens: 4 },
    });
    const status = await fetch(`${gateway.url}/v1/generations/${body.id}`);
    expect(await status.json()).toMatchObject({ id: body.id, status: 'finished', usage: body.usage });
  });

  it('is not answered when that cannot be put on record', async () => {
    const question = say();
    await ask(question);
    gateway.storage.onOutcome = ({ cached }) => (cached ? Promise.reject(new Error('full')) : undefined);
    const refused = await send(question);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: 'audit_unavailable' } });
    expect(refused.headers.get('x-cache')).toBe('hit');

    gateway.storage.onOutcome = () => undefined;
    expect((await ask(question)).cache).toBe('hit');
  });

  it('is answered anew once the time is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const question = say();
    const first = await ask(question);
    vi.setSystemTime(Date.now() + TTL_MS - 1);
    expect((await ask(question)).text).toBe(first.text);
    vi.setSystemTime(Date.now() + 2);
    const later = await ask(question);
    expect(later.cache).toBe('miss');
    expect(later.text).not.toBe(first.text);
  });

  it('is answered while the model server is away', async () => {
    const question = say();
    await ask(question);
    await getFault('status 500 with no body').install(server);
    expect((await ask(question)).cache).toBe('hit');
    expect((await send(say())).status).toBe(502);
    serveWell();
    expect((await ask(say())).cache).toBe('miss');
  });
});

describe('the cache is passed by', () => {
  it('in a conversation that goes on', async () => {
    const question = say();
    const headers = { 'x-chat-session-id': 'conversation' };
    expect(await uses(2, question, headers)).toEqual(['bypass', 'bypass']);
    expect(await uses(2, question)).toEqual(['miss', 'hit']);
    expect(await uses(1, question, headers)).toEqual(['bypass']);
  });

  it.each(['no-store', 'max-age=0, no-store', 'NO-STORE,no-cache'])(
    'and nothing is kept with %s',
    async (directive) => {
      const question = say();
      expect(await uses(2, question, { 'cache-control': directive })).toEqual(['bypass', 'bypass']);
      const kept = await ask(question);
      expect(kept.cache).toBe('miss');
      expect((await ask(question, { 'cache-control': directive })).text).not.toBe(kept.text);
      expect((await ask(question)).text).toBe(kept.text);
    },
  );

  it('and the answer takes the place of the old one with no-cache', async () => {
    const question = say();
    const [old, anew] = [await ask(question), await ask(question, { 'cache-control': 'no-cache' })];
    expect(anew.cache).toBe('bypass');
    expect(anew.text).not.toBe(old.text);
    const hit = await ask(question);
    expect([hit.cache, hit.text]).toEqual(['hit', anew.text]);
  });

  it.each(['max-age=60', 'no-transform', 'x-no-cache'])('not with %s', async (directive) => {
    expect(await uses(2, say(), { 'cache-control': directive })).toEqual(['miss', 'hit']);
  });

  it('by streams, which neither leave nor find anything there', async () => {
    const question = say();
    const stream = async () => {
      const response = await send({ ...question, stream: true });
      return { cache: response.headers.get('x-cache'), ...(await readChatStream(response)) };
    };
    const first = await stream();
    const whole = await ask(question);
    const second = await stream();
    expect([first.cache, whole.cache, second.cache]).toEqual([null, 'miss', null]);
    expect(new Set([first.text, whole.text, second.text]).size).toBe(3);
  });
});

describe('nothing is kept of', () => {
  it.each([
    'status 500 with no body',
    'malformed line',
    'error line',
    'truncated without its end',
    'ended in mid-answer',
    'reset',
  ])('an answer that failed: %s', async (fault) => {
    const question = say();
    await getFault(fault).install(server, { afterPieces: 2 });
    const failed = await send(question);
    expect(failed.status).toBeGreaterThanOrEqual(500);
    serveWell();
    answer = () => ({ pieces: ['well'] });
    const next = await ask(question);
    expect([next.cache, next.text]).toEqual(['miss', 'well']);
  });

  it('an answer without a word', async () => {
    answer = () => ({ pieces: [] });
    expect(await uses(2, say())).toEqual(['miss', 'miss']);
  });

  it('an answer that is very long', async () => {
    answer = () => ({ pieces: Array.from({ length: 300 }, () => 'x'.repeat(1024)) });
    expect(await uses(2, say())).toEqual(['miss', 'miss']);
    answer = () => ({ pieces: Array.from({ length: 200 }, () => 'x'.repeat(1024)) });
    expect(await uses(2, say())).toEqual(['miss', 'hit']);
  });

  it('an answer that another server gave in place of the first', async () => {
    const question = { ...say(), model: 'two-places' };
    await getFault('status 500 with no body').install(server);
    other.answer({ pieces: ['second', ' choice'] });
    const stopgap = await ask(question);
    expect([stopgap.backend, stopgap.cache]).toEqual(['other', 'miss']);
    serveWell();
    answer = () => ({ pieces: ['first', ' choice'] });
    resetBreakers(gateway);
    expect((await ask(question)).text).toBe('first choice');
    expect(await uses(1, question)).toEqual(['hit']);
  });
});

describe('by its settings', () => {
  const withCache = (mode: string, more: object = {}) =>
    createGateway({ OLLAMA_URL: server.origin, MODELS_ADMIT: 'any', RESPONSE_CACHE: mode, ...more });

  it('the cache is off', async () => {
    const off = await withCache('off');
    expect(await uses(2, say(), {}, CHAT, off)).toEqual(['bypass', 'bypass']);
    await off.close();
  });

  it('the cache is for what was asked without randomness', async () => {
    const deterministic = await withCache('deterministic');
    const usesOf = (more: object) => uses(2, { ...say(), ...more }, {}, CHAT, deterministic);
    expect(await usesOf({})).toEqual(['bypass', 'bypass']);
    expect(await usesOf({ temperature: 0.1 })).toEqual(['bypass', 'bypass']);
    expect(await usesOf({ temperature: 0 })).toEqual(['miss', 'hit']);
    expect(await usesOf({ seed: 0 })).toEqual(['miss', 'hit']);
    await deterministic.close();
  });

  it('answers are kept for another time', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const brief = await withCache('on', { RESPONSE_CACHE_TTL_S: '2' });
    const question = say();
    expect(await uses(2, question, {}, CHAT, brief)).toEqual(['miss', 'hit']);
    vi.setSystemTime(Date.now() + 2001);
    expect(await uses(1, question, {}, CHAT, brief)).toEqual(['miss']);
    await brief.close();
  });
});

it('a hit counts as a request that used no model', async () => {
  const metrics = async () => (await fetch(`${gateway.url}/metrics`)).text();
  const sum = (text: string, series: RegExp) =>
    [...text.matchAll(new RegExp(`^${series.source}.* (\\d+)$`, 'gm'))].reduce(
      (all, [, n]) => all + Number(n),
      0,
    );
  const question = say();
  await ask(question);
  const before = await metrics();
  await ask(question);
  await ask(say());
  const after = await metrics();
  const grown = (series: RegExp) => sum(after, series) - sum(before, series);

  expect(grown(/citadel_cache_operations_total\{operation="get",result="hit"\}/)).toBe(1);
  expect(grown(/citadel_cache_operations_total\{operation="get",result="miss"\}/)).toBe(1);
  expect(grown(/citadel_cache_operations_total\{operation="set",result="success"\}/)).toBe(1);
  expect(grown(/citadel_agent_requests_total\{/)).toBe(2);
  expect(grown(/llm_calls_total\{/)).toBe(2);
  expect(grown(/citadel_ollama_requests_total\{/)).toBe(1);
  expect(grown(/llm_tokens_used_total\{.*type="prompt"/)).toBe(7);
  expect(grown(/llm_tokens_used_total\{.*type="completion"/)).toBe(4);
});

it('a client that leaves leaves nothing behind', async () => {
  const question = say();
  const gate = server.hold(1);
  const client = new AbortController();
  const asked = post(`${gateway.url}${CHAT}`, { model: 'phi3', ...question }, { signal: client.signal });
  const { request }: Exchange = await gate.reached;
  client.abort();
  await expect(asked).rejects.toThrow();
  expect(await server.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
  expect((await ask(question)).cache).toBe('miss');
});
