import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventBus } from '../../src/contracts/business-events.js';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { BackendDirectory } from '../../src/modules/models/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { turns } from '../support/event-loop.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { endWell, writePiece } from '../support/fault-scripts.js';
import { askChat, generationOf, readAlong, resetBreakers } from '../support/gateway-calls.js';
import { readChatStream } from '../support/sse.js';

const ANSWER = { pieces: ['one', ' two', ' three'] };

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
beforeEach(() => resetBreakers(gateway));
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const runningCount = () => gateway.app.get(GenerationRegistry).runningCount;

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

      expect(await gateway.storage.outcomeOf(gateway.storage.begins.at(-1)!.id)).toMatchObject({
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

it('one of several answers that fails stops the others', async () => {
  let asked = 0;
  ollama.script(async (exchange) => {
    const isThird = ++asked === 3;
    exchange.head(200, ollama.streamHeaders);
    await writePiece(exchange, ollama, `${asked}`);
    if (!isThird) return exchange.closed.then();
    await eventually(() => seen.match(/"content":"[12]"/g)?.length === 2);
    await exchange.write(ollama.toWire(ollama.errorPayload('out of memory')));
    await endWell(exchange, ollama);
  });
  const before = ollama.requests.length;
  const response = await askChat(gateway, { stream: true, n: 3 });
  let seen = '';
  const stream = await readAlong(response, (sofar) => (seen = sofar));

  expect(stream).toMatchObject({ finishReason: null, done: false, error: { code: 'upstream_error' } });
  expect(stream.chunks.filter(({ error }) => error !== undefined)).toHaveLength(1);
  const generations = ollama.requests.slice(before).filter(({ method }) => method === 'POST');
  expect(generations).toHaveLength(3);
  for (const { connection } of generations)
    expect(await ollama.connectionClosed(connection)).toHaveProperty('closedBy', 'client');
  expect(runningCount()).toBe(0);
});
