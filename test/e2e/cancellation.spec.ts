import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GenerationRegistry } from '../../src/modules/generation/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import type { Exchange } from '../support/exchange.js';
import { writePiece } from '../support/fault-scripts.js';
import { FakeOllama } from '../support/fake-ollama.js';
import type { Script } from '../support/fake-upstream.js';
import { askChat } from '../support/gateway-calls.js';
import { Gate } from '../support/gate.js';
import { RawClient } from '../support/raw-http.js';

/** Until the upstream must have seen that its client is gone. */
/** Far below every time-out, and enough for a machine that has much else to do. */
const AT_ONCE_MS = 1_000;

const RESETS = (client: RawClient) => client.reset();
const LEAVING: readonly (readonly [string, (client: RawClient) => void])[] = [
  ['closes', (client) => client.destroy()],
  ['resets', RESETS],
  ['ends its side', (client) => client.end()],
];

let ollama: FakeOllama;
let gateway: TestGateway;
let script: Script = (exchange) => ollama.give(exchange, {});

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.script((exchange) => script(exchange));
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
  // What is compiled at its first use shall not be measured.
  for (const stream of [true, false]) await (await askChat(gateway, { stream })).text();
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

/** The bytes of a request for a chat completion. */
function requestFor(body: object, filler = ''): string {
  const json = JSON.stringify({
    model: 'phi3',
    messages: [{ role: 'user', content: `Hello${filler}` }],
    ...body,
  });
  return `POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`;
}

type Place = 'before its head' | 'behind its head' | 'behind two pieces';

/** From now on answers stop there until their client leaves. */
function stopAnswers(where: Place): Gate<Exchange> {
  const gate = new Gate<Exchange>();
  script = async (exchange) => {
    if (where === 'before its head') await exchange.hold(gate);
    exchange.head(200, ollama.streamHeaders);
    await exchange.flushHead();
    if (where === 'behind its head') await exchange.hold(gate);
    await writePiece(exchange, ollama, 'one');
    await writePiece(exchange, ollama, ' two');
    await exchange.hold(gate);
  };
  return gate;
}

const lastBegin = () => gateway.storage.begins.at(-1)!;

describe.each(LEAVING)('a client that %s', (_way, leave) => {
  describe.each([
    ['streamed', true],
    ['whole', false],
  ])('while its answer, %s, stops', (_form, stream) => {
    it.each([
      ['before its head', 0],
      ['behind its head', 0],
      ['behind two pieces', 2],
    ] as const)('%s closes the upstream at once', async (where, pieces) => {
      const gate = stopAnswers(where);
      const client = await RawClient.open(gateway.port);
      await client.send(requestFor({ stream }));
      const { request } = await gate.reached;
      if (stream && pieces > 0) await client.seen('two');

      const leftAt = performance.now();
      leave(client);
      const connection = await ollama.connectionClosed(request.connection);

      expect(connection.closedBy).toBe('client');
      expect(connection.closedAt! - leftAt).toBeLessThan(AT_ONCE_MS);
      expect(await gateway.storage.outcomeOf(lastBegin().id)).toMatchObject({
        outcome: { status: 'cancelled', reason: 'client_gone' },
        attempts: 1,
        generatedPieces: pieces,
        deliveredPieces: stream ? pieces : 0,
      });
    });
  });

  it('right behind its request is not answered by a model that runs on', async () => {
    stopAnswers('behind its head');
    const before = gateway.storage.begins.length;
    for (const filler of ['', 'x'.repeat(100_000)]) {
      const client = await RawClient.open(gateway.port);
      const sent = client.send(requestFor({ stream: false }, filler));
      leave(client);
      await sent;
    }
    // What was reset may never have arrived.
    if (leave !== RESETS) await eventually(() => gateway.storage.begins.length === before + 2);

    await eventually(
      () => gateway.app.get(GenerationRegistry).runningCount,
      (count) => count === 0,
    );
    for (const { id } of gateway.storage.begins.slice(before))
      expect(await gateway.storage.outcomeOf(id)).toHaveProperty('outcome.reason', 'client_gone');
  });

  it('stops also the answers that wait behind the first on its connection', async () => {
    stopAnswers('behind two pieces');
    const client = await RawClient.open(gateway.port);
    const before = gateway.storage.begins.length;
    await client.send(
      requestFor({ stream: true }) + requestFor({ stream: true }) + requestFor({ stream: false }),
    );
    const begun = await eventually(
      () => gateway.storage.begins.slice(before),
      (records) => records.length === 3,
    );
    await client.seen('two');

    leave(client);
    for (const { id } of begun)
      expect(await gateway.storage.outcomeOf(id)).toHaveProperty('outcome.reason', 'client_gone');
  });
});
