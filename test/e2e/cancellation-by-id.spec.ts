import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventBus } from '../../src/contracts/business-events.js';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { BackendDirectory } from '../../src/modules/models/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { turns } from '../support/event-loop.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, post, readUntil, resetBreakers } from '../support/gateway-calls.js';
import { readChatStream } from '../support/sse.js';

const AT_ONCE_MS = 100;
const ANSWER = { pieces: ['one', ' two', ' three'] };

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    P8FS_REQUEST_TIMEOUT: '0.2',
  });
  // What is compiled at its first use shall not be measured.
  await cancelAfterTwoPieces();
});
beforeEach(() => resetBreakers(gateway));
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const cancel = (id: string) => post(`${gateway.url}/v1/generations/${id}/cancel`, {});
const lastId = () => gateway.storage.begins.at(-1)!.id;
const runningCount = () => gateway.app.get(GenerationRegistry).runningCount;
const openError = (code: string, type: string) => ({
  error: { message: expect.stringMatching(/\S/), type, param: null, code },
});

async function cancelAfterTwoPieces() {
  ollama.answer(ANSWER);
  const gate = ollama.hold(2);
  const response = await askChat(gateway, { stream: true });
  const { said, whole } = readUntil(response, 'two');
  await said;
  const { request } = await gate.reached;
  const id = generationOf(response);

  const askedAt = performance.now();
  const answer = await cancel(id);
  const connection = await ollama.connectionClosed(request.connection);
  return { id, answer, connection, askedAt, stream: await whole };
}

describe('POST /v1/generations/:id/cancel', () => {
  it('ends a stream with an error frame and closes its upstream at once', async () => {
    const { id, answer, connection, askedAt, stream } = await cancelAfterTwoPieces();

    expect([answer.status, await answer.json()]).toEqual([200, { id, status: 'cancelled' }]);
    expect(connection.closedBy).toBe('client');
    expect(connection.closedAt! - askedAt).toBeLessThan(AT_ONCE_MS);
    expect(stream).toMatchObject({ text: 'one two', finishReason: null, done: false, broken: undefined });
    expect(stream.chunks.at(-1)).toEqual(openError('cancelled', 'cancelled'));
    expect(await gateway.storage.outcomeOf(id)).toMatchObject({
      outcome: { status: 'cancelled', reason: 'cancelled' },
      generatedPieces: 2,
      deliveredPieces: 2,
    });
  });

  it.each([
    ['a stream before its first token', true],
    ['a whole answer', false],
  ])('answers %s with status 499', async (_name, stream) => {
    ollama.answer(ANSWER);
    const gate = ollama.hold(0);
    const answer = askChat(gateway, { stream });
    await gate.reached;
    await cancel(lastId());
    const response = await answer;

    expect([response.status, await response.json()]).toEqual([499, openError('cancelled', 'cancelled')]);
    expect(generationOf(response)).toBe(lastId());
    expect(await gateway.storage.outcomeOf(lastId())).toMatchObject({
      outcome: { status: 'cancelled', reason: 'cancelled' },
      deliveredPieces: 0,
    });
  });

  it('says 409 for what has ended, by whatever end, and 404 for what never was', async () => {
    ollama.answer(ANSWER);
    const finished = await askChat(gateway);
    const gate = ollama.hold(0);
    const cancelled = askChat(gateway);
    await gate.reached;
    await cancel(lastId());
    await cancelled;

    const answers = await Promise.all([
      cancel(generationOf(finished)),
      cancel(lastId()),
      cancel('chatcmpl-0'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 404]);
    expect(await answers[0].json()).toEqual(openError('already_finished', 'invalid_request_error'));
    expect(await answers[2].json()).toEqual({
      error: { ...openError('generation_not_found', 'invalid_request_error').error, param: 'id' },
    });
  });
});

describe('a deadline', () => {
  it('ends a stream with an error frame', async () => {
    ollama.answer(ANSWER);
    const gate = ollama.hold(1);
    const response = await post(`${gateway.url}/v1/agents/stream?agent_type=generic&timeout=1`, {
      model: 'phi3',
      messages: [{ role: 'user', content: 'Hello' }],
    });
    const stream = await readChatStream(response);

    expect(stream).toMatchObject({ text: 'one', finishReason: null, done: false });
    expect(stream.chunks.at(-1)).toEqual(openError('timeout', 'timeout'));
    const { request } = await gate.reached;
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    expect(await gateway.storage.outcomeOf(generationOf(response))).toMatchObject({
      outcome: { status: 'cancelled', reason: 'timeout' },
      deliveredPieces: 1,
    });
  });

  it('of a whole answer is status 504', async () => {
    ollama.answer(ANSWER);
    const gate = ollama.hold(0);
    const response = await askChat(gateway);

    expect([response.status, await response.json()]).toEqual([504, openError('timeout', 'timeout')]);
    const { request } = await gate.reached;
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
  });
});

describe('a client that leaves', () => {
  it('stops each of several answers', async () => {
    ollama.answer(ANSWER);
    const gates = [ollama.hold(1), ollama.hold(1), ollama.hold(1)];
    const abort = new AbortController();
    const response = await askChat(gateway, { stream: true, n: 3 }, { signal: abort.signal });
    const exchanges = await Promise.all(gates.map(({ reached }) => reached));
    const reading = response.text().catch(() => undefined);
    abort.abort();
    await reading;

    const connections = exchanges.map(({ request }) => request.connection);
    expect(new Set(connections).size).toBe(3);
    for (const connection of connections)
      expect(await ollama.connectionClosed(connection)).toHaveProperty('closedBy', 'client');
    expect(await gateway.storage.outcomeOf(generationOf(response))).toHaveProperty('attempts', 3);
  });

  it('keeps a retry from being made', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.99);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      ollama.script((exchange) => exchange.reset());
      const attempted = new Promise((resolve) =>
        gateway.app.get(EventBus).on('backend-attempt-ended', resolve),
      );
      const before = ollama.requests.length;
      const abort = new AbortController();
      const asked = askChat(gateway, {}, { signal: abort.signal }).catch(() => undefined);
      expect(await attempted).toMatchObject({ status: 'failed' });
      abort.abort();
      await asked;

      expect(await gateway.storage.outcomeOf(lastId())).toMatchObject({
        outcome: { status: 'cancelled', reason: 'client_gone' },
        attempts: 1,
      });
      vi.advanceTimersByTime(1_000);
      await turns(20);
      expect(ollama.requests.slice(before)).toHaveLength(1);
    } finally {
      vi.useRealTimers();
      vi.restoreAllMocks();
    }
  });

  it('leaves nothing behind, a hundred times at once', async () => {
    ollama.script(async (exchange) => {
      exchange.head(200, ollama.streamHeaders);
      await exchange.write(ollama.toWire(ollama.piecePayload(exchange.request, 'one')));
      await exchange.closed;
    });
    const before = gateway.storage.outcomes.length;
    const abort = new AbortController();
    const responses = await Promise.all(
      Array.from({ length: 100 }, () => askChat(gateway, { stream: true }, { signal: abort.signal })),
    );
    expect(runningCount()).toBe(100);
    const used = new Set(ollama.requests.slice(-100).map(({ connection }) => connection));
    abort.abort();

    await eventually(runningCount, (count) => count === 0);
    for (const connection of used)
      expect(await ollama.connectionClosed(connection)).toHaveProperty('closedBy', 'client');
    const outcomes = gateway.storage.outcomes.slice(before);
    expect(new Set(outcomes.map(({ begin }) => begin.id))).toEqual(new Set(responses.map(generationOf)));
    for (const record of outcomes) {
      expect(record).toMatchObject({
        outcome: { status: 'cancelled', reason: 'client_gone' },
        deliveredPieces: 1,
      });
    }
    expect(gateway.app.get(BackendDirectory).find('ollama')?.breaker.state).toBe('closed');
    ollama.answer(ANSWER);
    expect(await readChatStream(await askChat(gateway, { stream: true }))).toMatchObject({ done: true });
  });
});
