import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import type { Exchange } from '../support/exchange.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { askChat, generationOf, readUntil, resetBreakers } from '../support/gateway-calls.js';
import { Gate } from '../support/gate.js';
import type { RecordedRequest } from '../support/recorded-request.js';
import { readChatStream } from '../support/sse.js';
import { getFault } from '../support/upstream-faults.js';

let ollama: FakeOllama;
let openAi: FakeOpenAi;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  openAi = await new FakeOpenAi({ models: 'any' }).listen();
  const yaml = `
backends:
  - { name: narrow, kind: ollama, url: '${ollama.origin}', max_concurrent: 1 }
routes:
  - model: two-places
    targets: [{ backend: ollama }, { backend: openai, model: elsewhere }]
  - model: narrow-place
    targets: [{ backend: narrow }]`;
  const env = {
    OLLAMA_URL: ollama.origin,
    OPENAI_BASE_URL: `${openAi.origin}/v1`,
    MODELS_ADMIT: 'any',
    UPSTREAM_FIRST_TOKEN_TIMEOUT_MS: '150',
  };
  gateway = await createGateway(env, undefined, { yaml });
});
beforeEach(() => resetBreakers(gateway));
afterAll(async () => {
  await gateway.close();
  await ollama.close();
  await openAi.close();
});

const isGeneration = ({ method }: RecordedRequest) => method === 'POST';
/** How many generations a fake is asked for meanwhile. */
async function asked(server: FakeOllama | FakeOpenAi, work: () => Promise<unknown>): Promise<number> {
  const before = server.requests.filter(isGeneration).length;
  await work();
  return server.requests.filter(isGeneration).length - before;
}
const codeOf = async (response: Response) =>
  ((await response.json()) as { error: { code: string } }).error.code;

describe('the next target', () => {
  beforeEach(() => openAi.answer({ pieces: ['from', ' elsewhere'] }));

  it.each([
    'refused',
    'status 500 with HTML body',
    'status 429 with JSON body',
    'status 404 with JSON body',
    'hang',
    'malformed line',
    'error line',
  ])('answers when the first does not begin to: %s', async (fault) => {
    await getFault(fault).install(ollama);
    const streamed = await askChat(gateway, { model: 'two-places', stream: true });
    const stream = await readChatStream(streamed);
    const whole = await askChat(gateway, { model: 'two-places' });
    if (fault === 'refused') await ollama.listen();

    expect(stream).toMatchObject({
      text: 'from elsewhere',
      finishReason: 'stop',
      done: true,
      error: undefined,
    });
    expect(stream.chunks[0]).toHaveProperty('model', 'two-places');
    expect(await whole.json()).toMatchObject({ choices: [{ message: { content: 'from elsewhere' } }] });
    for (const response of [streamed, whole]) {
      expect(response.headers.get('x-citadel-backend')).toBe('openai');
      expect(await gateway.storage.outcomeOf(generationOf(response))).toMatchObject({
        outcome: { status: 'finished' },
        backend: 'openai',
        backendModel: 'elsewhere',
        attempts: 2,
      });
    }
    expect((await openAi.requests.findLast(isGeneration)?.body) as object).toHaveProperty(
      'model',
      'elsewhere',
    );
  });

  it.each(['reset', 'error line', 'malformed line', 'truncated without its end'])(
    'is not asked once a piece was sent: %s',
    async (fault) => {
      const gate = new Gate<Exchange>();
      await getFault(fault).install(ollama, { afterPieces: 1, gate });
      const calls = await asked(openAi, async () => {
        const response = await askChat(gateway, { model: 'two-places', stream: true });
        const { said, whole } = readUntil(response, 'wörd0');
        await said;
        gate.open();
        const stream = await whole;
        expect(stream).toMatchObject({ text: 'wörd0 ', finishReason: null, done: false });
        expect(stream.chunks.filter(({ error }) => error !== undefined)).toHaveLength(1);
      });
      expect(calls).toBe(0);
    },
  );

  it('is not asked for what is wrong with the request itself', async () => {
    await getFault('status 400 with JSON body').install(ollama);
    const calls = await asked(openAi, async () => {
      const response = await askChat(gateway, { model: 'two-places' });
      expect([response.status, await codeOf(response)]).toEqual([400, 'invalid_request']);
    });
    expect(calls).toBe(0);
  });
});

describe('a retry', () => {
  it('asks the same backend again, and the caller does not notice', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    await getFault('reset').install(ollama);
    await getFault('reset').install(ollama);
    ollama.answer({ pieces: ['third', ' time'] });
    const calls = await asked(ollama, async () => {
      const response = await askChat(gateway, { stream: true });
      expect(await readChatStream(response)).toMatchObject({ text: 'third time', done: true });
      expect(await gateway.storage.outcomeOf(generationOf(response))).toHaveProperty('attempts', 3);
    });
    vi.restoreAllMocks();
    expect(calls).toBe(3);
  });

  it('is made twice at most', async () => {
    await getFault('reset').install(ollama);
    const calls = await asked(ollama, async () => {
      const response = await askChat(gateway);
      expect([response.status, await codeOf(response)]).toEqual([502, 'upstream_unavailable']);
    });
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(3);
  });
});

describe('the breaker', () => {
  const isBusy = async (response: Response, retryAfter: string) =>
    expect([response.status, await codeOf(response), response.headers.get('retry-after')]).toEqual([
      503,
      'server_busy',
      retryAfter,
    ]);

  it('keeps calls away from a backend that fails, lets one try, and closes again', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await getFault('status 500 with JSON body').install(ollama);
    for (let i = 0; i < 10; i++) expect(await askChat(gateway)).toHaveProperty('status', 502);

    const whileOpen = await asked(ollama, async () => {
      await isBusy(await askChat(gateway), '5');
      await isBusy(await askChat(gateway, { stream: true }), '5');
    });
    expect(whileOpen).toBe(0);

    vi.setSystemTime(Date.now() + 5_000);
    ollama.answer({ pieces: ['back', ' again'] });
    const gate = ollama.hold(0);
    const probe = askChat(gateway);
    await gate.reached;
    expect(await asked(ollama, async () => isBusy(await askChat(gateway), '1'))).toBe(0);
    gate.open();
    expect(await probe).toHaveProperty('status', 200);
    const after = await Promise.all([askChat(gateway), askChat(gateway)]);
    expect(after.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('opens again when the call that tried failed', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await getFault('status 500 with JSON body').install(ollama);
    for (let i = 0; i < 10; i++) await askChat(gateway);
    vi.setSystemTime(Date.now() + 5_000);

    expect(await askChat(gateway)).toHaveProperty('status', 502);
    await isBusy(await askChat(gateway), '5');
  });

  it('lets others in while the call that tried is still being answered', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    await getFault('status 500 with JSON body').install(ollama);
    for (let i = 0; i < 10; i++) await askChat(gateway);
    vi.setSystemTime(Date.now() + 5_000);

    ollama.answer({ pieces: ['one', ' two'] });
    const gate = ollama.hold(1);
    const { said, whole } = readUntil(await askChat(gateway, { stream: true }), 'one');
    await said;
    expect(await askChat(gateway)).toHaveProperty('status', 200);
    gate.open();
    expect(await whole).toHaveProperty('done', true);
  });

  it.each(['status 400 with JSON body', 'status 404 with no body', 'status 429 with JSON body'])(
    'does not count what says nothing about the backend: %s',
    async (fault) => {
      await getFault(fault).install(ollama);
      const statuses = [];
      for (let i = 0; i < 20; i++) statuses.push((await askChat(gateway)).status);
      expect(new Set(statuses)).toEqual(new Set([getFault(fault).before?.status]));
      ollama.answer({ pieces: ['fine'] });
      expect(await askChat(gateway)).toHaveProperty('status', 200);
    },
  );

  it('of one backend leaves others alone, and fallbacks go on at once', async () => {
    await getFault('status 500 with JSON body').install(ollama);
    openAi.answer({ pieces: ['fine'] });
    for (let i = 0; i < 10; i++) await askChat(gateway);
    const calls = await asked(ollama, async () => {
      const response = await askChat(gateway, { model: 'two-places' });
      expect([response.status, response.headers.get('x-citadel-backend')]).toEqual([200, 'openai']);
      expect(await gateway.storage.outcomeOf(generationOf(response))).toHaveProperty('attempts', 1);
    });
    expect(calls).toBe(0);
  });
});

it('answers 503 to more than a backend takes at once, until one has ended', async () => {
  ollama.answer({ pieces: ['one'] });
  const gate = ollama.hold(0);
  const running = askChat(gateway, { model: 'narrow-place' });
  await gate.reached;
  const calls = await asked(ollama, async () => {
    const refused = await askChat(gateway, { model: 'narrow-place', stream: true });
    expect([refused.status, await codeOf(refused), refused.headers.get('retry-after')]).toEqual([
      503,
      'server_busy',
      '1',
    ]);
  });
  expect(calls).toBe(0);
  gate.open();
  expect(await running).toHaveProperty('status', 200);
  expect(await askChat(gateway, { model: 'narrow-place' })).toHaveProperty('status', 200);
});
