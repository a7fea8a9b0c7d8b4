import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE, type ErrorCode } from '../../src/common/errors/error-catalogue.js';
import { toWireText } from '../../src/contracts/wire-text.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import type { Exchange } from '../support/exchange.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { generationOf, post, readAlong, resetBreakers } from '../support/gateway-calls.js';
import { Gate } from '../support/gate.js';
import {
  faultText,
  UPSTREAM_CANARY,
  UPSTREAM_FAULTS,
  type UpstreamFault,
} from '../support/upstream-faults.js';

const CHAT = { path: '/v1/chat/completions', input: { messages: [{ role: 'user', content: 'Hello' }] } };
const PROMPT = { path: '/v1/completions', input: { prompt: 'Hello' } };
const createOllama = () => new FakeOllama({ models: 'any' });
const createOpenAi = () => new FakeOpenAi({ models: 'any' });

const BEFORE = UPSTREAM_FAULTS.flatMap((fault) =>
  fault.before ? [[fault.name, fault, fault.before] as const] : [],
);
const AFTER = UPSTREAM_FAULTS.flatMap((fault) =>
  fault.after ? [[fault.name, fault, fault.after] as const] : [],
);
const NONE = UPSTREAM_FAULTS.flatMap((fault) =>
  fault.passesWith === undefined ? [] : [[fault.name, fault, fault.passesWith] as const],
);

describe.each([
  { name: 'Ollama, chat', createServer: createOllama, setting: 'OLLAMA_URL', base: '', ...CHAT },
  { name: 'Ollama, completion', createServer: createOllama, setting: 'OLLAMA_URL', base: '', ...PROMPT },
  { name: 'OpenAI, chat', createServer: createOpenAi, setting: 'OPENAI_BASE_URL', base: '/v1', ...CHAT },
  {
    name: 'OpenAI, completion',
    createServer: createOpenAi,
    setting: 'OPENAI_BASE_URL',
    base: '/v1',
    ...PROMPT,
  },
])('faults of an upstream: $name', ({ createServer, setting, base, path, input }) => {
  let server: FakeOllama | FakeOpenAi;
  let gateway: TestGateway;

  beforeAll(async () => {
    server = await createServer().listen();
    gateway = await createGateway({
      [setting]: server.origin + base,
      MODELS_ADMIT: 'any',
      UPSTREAM_FIRST_TOKEN_TIMEOUT_MS: '400',
      UPSTREAM_IDLE_TIMEOUT_MS: '400',
    });
  });
  beforeEach(() => resetBreakers(gateway));
  afterAll(async () => {
    await gateway.close();
    await server.close();
  });

  const ask = (stream: boolean) => post(gateway.url + path, { model: 'phi3', stream, ...input });

  /** Nothing of the upstream's own may be seen, and the next answer is as good as any. */
  async function expectHarmless({ name, endsByTimeout }: UpstreamFault, seen: string): Promise<void> {
    expect(seen).not.toContain(UPSTREAM_CANARY);
    if (endsByTimeout) {
      const { connection } = server.requests.findLast(({ method }) => method === 'POST')!;
      expect(await server.connectionClosed(connection)).toHaveProperty('closedBy', 'client');
    }
    expect(seen).not.toContain(String(server.port));
    if (name.startsWith('redirect')) expect(server.companion?.requests).toEqual([]);
    if (name === 'refused') await server.listen();
    server.answer({ pieces: ['all ', 'is well'] });
    const answer = await readAlong(await ask(true), () => undefined);
    expect(answer).toMatchObject({ text: 'all is well', finishReason: 'stop', done: true, error: undefined });
  }

  async function expectRefusal(response: Response, status: number, code: string): Promise<string> {
    const text = await response.text();
    expect([response.status, JSON.parse(text)]).toEqual([
      status,
      {
        error: {
          message: expect.stringMatching(/\S/),
          type: ERROR_CATALOGUE[code as ErrorCode].type,
          param: code === 'model_not_found' ? 'model' : null,
          code,
        },
      },
    ]);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    return text + JSON.stringify([...response.headers]);
  }

  describe.each([
    ['streamed', true],
    ['whole', false],
  ])('%s', (_name, stream) => {
    it.each(BEFORE)('before the first piece becomes a status: %s', async (_fault, fault, outcome) => {
      await fault.install(server);
      const response = await ask(stream);
      const seen = await expectRefusal(response, outcome.status, outcome.code);

      const busyS = outcome.code === 'server_busy' ? 1 : undefined;
      const retryAfter = response.headers.get('retry-after') ?? undefined;
      expect(retryAfter).toBe((outcome.retryAfterS ?? busyS)?.toString());
      expect(await gateway.storage.outcomeOf(generationOf(response))).toMatchObject({
        outcome: { status: 'failed', failure: { code: outcome.code } },
        generatedPieces: 0,
        deliveredPieces: 0,
      });
      await expectHarmless(fault, seen);
    });

    it.each(NONE)('is none: %s', async (_fault, fault, text) => {
      await fault.install(server);
      const response = await ask(stream);
      if (stream) {
        const answer = await readAlong(response, () => undefined);
        expect(answer).toMatchObject({ text, finishReason: 'stop', done: true });
      } else {
        const { choices } = (await response.json()) as {
          choices: { text?: string; message?: { content: string } }[];
        };
        expect(choices.map((choice) => choice.text ?? choice.message?.content)).toEqual([text]);
      }
      await expectHarmless(fault, '');
    });
  });

  it.each(AFTER)(
    'after some pieces is one error frame and the end: %s',
    async (_name, fault, { frameCode }) => {
      const gate = new Gate<Exchange>();
      await fault.install(server, { afterPieces: 2, gate });
      const response = await ask(true);
      let seen = '';
      const answer = await readAlong(response, (sofar) => {
        seen = sofar;
        if (sofar.includes('wörd1')) gate.open();
      });

      expect(answer).toMatchObject({
        text: faultText(2),
        finishReason: null,
        done: false,
        leftover: '',
        broken: undefined,
      });
      expect(answer.chunks.filter(({ error }) => error !== undefined)).toEqual([
        {
          error: {
            message: expect.stringMatching(/\S/),
            type: expect.any(String),
            param: null,
            code: frameCode,
          },
        },
      ]);
      expect(answer.chunks.at(-1)).toHaveProperty('error');
      const record = await gateway.storage.outcomeOf(generationOf(response));
      expect(record).toMatchObject({
        outcome: { status: 'failed', failure: { code: frameCode } },
        attempts: 1,
        generatedPieces: 2,
        deliveredPieces: 2,
      });
      expect(record.answers()).toEqual([{ text: toWireText(faultText(2)) }]);
      await expectHarmless(fault, seen);
    },
  );

  it.each(AFTER)('after some pieces gives no whole answer: %s', async (_name, fault, { frameCode }) => {
    await fault.install(server, { afterPieces: 2 });
    const response = await ask(false);
    const seen = await expectRefusal(response, ERROR_CATALOGUE[frameCode as ErrorCode].status, frameCode);

    expect(seen).not.toContain('wörd');
    expect(await gateway.storage.outcomeOf(generationOf(response))).toMatchObject({
      outcome: { status: 'failed', failure: { code: frameCode } },
      attempts: 1,
      deliveredPieces: 0,
    });
    await expectHarmless(fault, seen);
  });
});
