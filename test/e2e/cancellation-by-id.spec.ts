import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, post, readUntil, resetBreakers } from '../support/gateway-calls.js';
import { readChatStream } from '../support/sse.js';

/** Far below every time-out, and enough for a machine that has much else to do. */
const AT_ONCE_MS = 1_000;
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
