import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_SPLITS } from '../support/byte-split.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { askChat, generationOf } from '../support/gateway-calls.js';
import { readChatStream } from '../support/sse.js';
import { faultText, getFault } from '../support/upstream-faults.js';

const MIB = 1024 * 1024;
const PIECES = ['Hé', 'l"lo\\', '\n\t', '👋🏽', ' 👨‍👩‍👧', ' <b>&</b>', '', 'ﬀ\u2028', '\u0000', ' end'];
const TEXT = PIECES.join('');

describe.each([
  ['Ollama', 'OLLAMA_URL', '', () => new FakeOllama({ models: 'any' })],
  ['OpenAI', 'OPENAI_BASE_URL', '/v1', () => new FakeOpenAi({ models: 'any' })],
])('bytes of a fake %s', (_name, setting, base, createServer: () => FakeOllama | FakeOpenAi) => {
  let server: FakeOllama | FakeOpenAi;
  let gateway: TestGateway;

  beforeAll(async () => {
    server = await createServer().listen();
    gateway = await createGateway({ [setting]: server.origin + base, MODELS_ADMIT: 'any' });
  });
  afterAll(async () => {
    await gateway.close();
    await server.close();
  });

  it.each(ALL_SPLITS)('make the same answer whichever way they are cut: %s', async (_split, split) => {
    server.split = split;
    server.answer({ pieces: PIECES });

    const streamed = await readChatStream(await askChat(gateway, { stream: true }));
    const whole = (await (await askChat(gateway)).json()) as { choices: unknown[] };

    expect(streamed).toMatchObject({ text: TEXT, finishReason: 'stop', done: true });
    expect(whole.choices[0]).toMatchObject({ message: { content: TEXT }, finish_reason: 'stop' });
  });

  it.each(['one-write', 'per-line'] as const)(
    'go on record as delivered when the fault comes with the last of them (%s)',
    async (split) => {
      server.split = split;
      await getFault('truncated without its end').install(server, { afterPieces: 3 });

      const response = await askChat(gateway, { stream: true });
      const streamed = await readChatStream(response);

      expect(streamed).toMatchObject({ text: faultText(3), error: { code: 'upstream_incomplete' } });
      expect(await gateway.storage.outcomeOf(generationOf(response))).toMatchObject({
        generatedPieces: 3,
        deliveredPieces: 3,
        firstTokenMs: expect.any(Number),
      });
    },
  );

  it.each([
    ['a stream', true],
    ['a whole answer', false],
  ])('without end are refused before they fill the memory: %s', async (_form, stream) => {
    server.split = 'per-line';
    server.script(async (exchange) => {
      exchange.head(200, server.streamHeaders);
      const line = server.toWire(server.piecePayload(exchange.request, 'x'.repeat(MIB / 2)));
      for (;;) await exchange.write(line);
    });
    const response = await askChat(gateway, { stream });
    const answer = stream ? await readChatStream(response) : ((await response.json()) as object);

    expect(response.status).toBe(stream ? 200 : 502);
    expect(answer).toHaveProperty('error.code', 'upstream_protocol_error');
    if (stream) expect(answer).toMatchObject({ finishReason: null, done: false });
    const { connection } = server.requests.findLast(({ method }) => method === 'POST')!;
    expect(await server.connectionClosed(connection)).toHaveProperty('closedBy', 'client');
  });

  it('have a first token also when everything comes at once', async () => {
    server.split = 'one-write';
    server.answer({ pieces: ['all', ' at', ' once'] });
    const response = await askChat(gateway, { stream: true });
    await response.text();

    expect(await gateway.storage.outcomeOf(generationOf(response))).toMatchObject({
      outcome: { status: 'finished', finishReasons: ['stop'] },
      firstTokenMs: expect.any(Number),
    });
  });
});
