import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Lifecycle } from '../../src/common/lifecycle.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import type { Exchange } from '../support/exchange.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, post, readUntil } from '../support/gateway-calls.js';
import { Gate } from '../support/gate.js';
import { RawClient } from '../support/raw-http.js';
import { authorizationOf } from '../support/sign-in.js';
import { stalled } from '../support/stalled.js';

const ANSWER = { pieces: ['one', ' two'] };
const IN_TIME_MS = 2_000;

const TASK = { agent_type: 'qa_engineer', task: 'Test it' };
const CALL = { agent: 'qa_engineer', method: 'execute' };
const WORKFLOWS: readonly [string, object][] = [
  ['/workflow/create', { steps: [TASK, TASK] }],
  ['/api/coordinator/sequential', { steps: [CALL, CALL], input: 'Test it' }],
];

let ollama: FakeOllama;
let gateway: TestGateway;

beforeEach(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
});
afterEach(async () => {
  await gateway.close();
  await ollama.close();
});

async function start(drainTimeoutS: string): Promise<void> {
  gateway = await createGateway({
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    DRAIN_TIMEOUT_S: drainTimeoutS,
  });
}
/** A stream that stops behind its first piece. */
async function openStream() {
  ollama.answer(ANSWER);
  const gate = ollama.hold(1);
  const response = await askChat(gateway, { stream: true });
  const { said, whole } = readUntil(response, 'one');
  await said;
  return { gate, id: generationOf(response), whole };
}
const generationsAsked = () => ollama.requests.filter(({ method }) => method === 'POST').length;

describe('closing the gateway', () => {
  it('lets streams finish, and refuses what is new meanwhile', async () => {
    await start('30');
    const streams = [await openStream(), await openStream()];
    const asked = generationsAsked();
    const closing = gateway.app.close();

    for (const stream of [true, false]) {
      const response = await askChat(gateway, { stream });
      expect([response.status, response.headers.get('retry-after'), await response.json()]).toEqual([
        503,
        '5',
        {
          error: {
            message: expect.stringMatching(/\S/),
            type: 'service_unavailable',
            param: null,
            code: 'shutdown',
          },
        },
      ]);
    }
    expect(generationsAsked()).toBe(asked);
    for (const { gate, whole } of streams) {
      gate.open();
      expect(await whole).toMatchObject({ text: 'one two', finishReason: 'stop', done: true });
    }
    await closing;
    await expect(askChat(gateway)).rejects.toThrow('fetch failed');
    for (const { id } of streams)
      expect(await gateway.storage.outcomeOf(id)).toHaveProperty('outcome.status', 'finished');
  });

  it.each(WORKFLOWS)('lets %s come to its end, and refuses a new one', async (path, body) => {
    await start('30');
    ollama.answer({ pieces: ['done'] });
    const gate = ollama.hold(0);
    const send = async () => {
      const response = await post(gateway.url + path, body, { headers: await authorizationOf(gateway) });
      return {
        status: response.status,
        body: (await response.json()) as { error?: string; results?: object[] },
      };
    };
    const running = send();
    await gate.reached;
    const closing = gateway.app.close();
    expect(await send()).toMatchObject({ status: 503, body: { error: 'shutdown' } });

    gate.open();
    const { status, body: answer } = await running;
    expect([status, answer.results?.length]).toEqual([200, 2]);
    await closing;
  });

  it.each(WORKFLOWS)(
    'ends %s that takes too long, and waits for none whose client has left',
    async (path, body) => {
      await start('0.1');
      ollama.answer({ pieces: ['done'] });
      const gate = ollama.hold(0);
      const headers = await authorizationOf(gateway);
      const leaving = new AbortController();
      const left = post(gateway.url + path, body, { headers, signal: leaving.signal });
      await gate.reached;
      leaving.abort();
      await expect(left).rejects.toThrow('aborted');
      const held = ollama.hold(0);
      const late = post(gateway.url + path, body, { headers });
      await held.reached;
      const closing = gateway.app.close();

      const response = await late;
      expect([response.status, await response.json()]).toMatchObject([503, { error: 'shutdown' }]);
      await closing;
      expect(gateway.app.get(Lifecycle).working).toBe(false);
    },
  );

  it('tells those who do not finish in time, and closes their upstreams', async () => {
    await start('0.1');
    const { gate, id, whole } = await openStream();
    const headless = ollama.hold(0);
    const unanswered = askChat(gateway);
    await headless.reached;
    const closing = gateway.app.close();

    const stream = await whole;
    expect(stream).toMatchObject({ text: 'one', finishReason: null, done: false, broken: undefined });
    expect(stream.chunks.at(-1)).toMatchObject({ error: { code: 'shutdown', type: 'service_unavailable' } });
    const response = await unanswered;
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await response.json()).toHaveProperty('error.code', 'shutdown');
    for (const { reached } of [gate, headless]) {
      const { request } = await reached;
      expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    }
    expect(await gateway.storage.outcomeOf(id)).toMatchObject({
      outcome: { status: 'cancelled', reason: 'shutdown' },
      deliveredPieces: 1,
    });
    await closing;
  });

  it.each([
    ['is only connected', ''],
    ['has had its answer', 'GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['has said half of what it wants', 'GET /v1/models HTTP/1.1\r\nHost'],
  ])('does not wait for a client that %s', async (_what, bytes) => {
    await start('30');
    const client = await RawClient.open(gateway.port);
    await client.send(bytes);
    if (bytes.endsWith('\r\n\r\n')) await client.responses();

    const startedAt = performance.now();
    await gateway.app.close();
    expect(performance.now() - startedAt).toBeLessThan(IN_TIME_MS);
    await client.closed;
    client.destroy();
  });

  it('does not wait for a client that has stopped to read', async () => {
    await start('0.1');
    const gate = new Gate<Exchange>();
    gate.open();
    ollama.script(async (exchange) => {
      exchange.head(200, ollama.streamHeaders);
      await exchange.hold(gate);
      const line = ollama.toWire(ollama.piecePayload(exchange.request, 'x'.repeat(1_000))).toString();
      for (;;) await exchange.write(line.repeat(50));
    });
    const client = await RawClient.open(gateway.port);
    client.setReading(false);
    const body = JSON.stringify({
      model: 'phi3',
      stream: true,
      messages: [{ role: 'user', content: 'Hello' }],
    });
    await client.send(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    await stalled(await gate.reached);

    const startedAt = performance.now();
    await gateway.app.close();
    expect(performance.now() - startedAt).toBeLessThan(IN_TIME_MS);
    client.destroy();
  });
});
