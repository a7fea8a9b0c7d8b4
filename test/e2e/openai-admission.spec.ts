import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackendProbe } from '../../src/modules/models/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, post } from '../support/gateway-calls.js';
import { readError, readModels, type AnswerBody, type ErrorBody } from '../support/openai-schemas-bodies.js';
import { ERROR_BODY } from '../support/openai-schemas.js';
import { readChatStream } from '../support/sse.js';

const PULLED = ['phi3:latest', 'mixtral:latest', 'phi4:latest', 'extra:7b', 'org/extra:latest'];

let ollama: FakeOllama;
const opened: TestGateway[] = [];

beforeAll(async () => {
  ollama = await new FakeOllama({
    models: [
      ...PULLED.map((name) => ({ name, capabilities: ['completion'] })),
      { name: 'nomic-embed-text:latest', capabilities: ['embedding'] },
      { name: 'other-embedder:latest', capabilities: ['embedding'] },
    ],
  }).listen();
  ollama.answer({ pieces: ['ok'] });
});
afterAll(async () => {
  await Promise.all(opened.map((gateway) => gateway.close()));
  await ollama.close();
});

const open = async (env: Record<string, string>) => {
  const gateway = await createGateway({ LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, ...env }, undefined, {
    signedIn: 'where needed',
  });
  opened.push(gateway);
  // On a busy machine the look at the start may have come too late.
  await gateway.app.get(BackendProbe).look();
  return gateway;
};

const generated = () => ollama.requests.filter(({ method }) => method === 'POST');

/** What came of it, and which models the model server was asked for. */
async function tryModel(gateway: TestGateway, model: string) {
  const before = generated().length;
  const response = await askChat(gateway, { model });
  const body = (await response.json()) as AnswerBody & ErrorBody;
  if (response.status !== 200) expect(ERROR_BODY(body)).toEqual([]);
  const asked = generated()
    .slice(before)
    .map((request) => (request.body as { model: string }).model);
  return { status: response.status, body, asked };
}

const CONFIGURED = ['phi3', 'phi3:latest', 'gpt-4', 'mixtral-8x7b'];
const LISTED = ['extra:7b', 'org/extra'];

describe.each([
  ['configured', CONFIGURED, [...LISTED, 'unheard']],
  ['listed', [...CONFIGURED, ...LISTED, 'phi4'], ['unheard']],
  ['any', [...CONFIGURED, ...LISTED, 'phi4'], []],
])('MODELS_ADMIT=%s', (admit, admitted, refused) => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await open({ MODELS_ADMIT: admit })));

  it.each(admitted)('admits %s', async (model) => {
    const { status, body, asked } = await tryModel(gateway, model);
    expect([status, body.model, asked.length]).toEqual([200, model, 1]);
  });

  it.each(refused)('refuses %s before anybody is asked', async (model) => {
    const { status, body, asked } = await tryModel(gateway, model);
    expect([status, asked]).toEqual([404, []]);
    expect(body.error).toEqual({
      message: `The model '${model}' does not exist`,
      type: 'invalid_request_error',
      param: 'model',
      code: 'model_not_found',
    });
  });

  it('says in the same words when only the model server knows that there is none', async () => {
    const { status, body, asked } = await tryModel(gateway, 'unheard');
    expect([status, body.error.code]).toEqual([404, 'model_not_found']);
    expect(asked).toEqual(admit === 'any' ? ['unheard'] : []);
  });

  it.each(['nomic-embed-text', 'nomic-embed-text:latest'])('refuses %s for chat', async (model) => {
    const { status, body, asked } = await tryModel(gateway, model);
    expect([status, body.error.param, asked]).toEqual([400, 'model', []]);
  });

  it('lists what it admits, each once', async () => {
    const { data } = await readModels(await fetch(`${gateway.url}/v1/models`));
    const ids = data.map(({ id }) => id);
    const valid = ['phi3', 'openchat', 'mixtral', 'nous-hermes2-mixtral', 'nomic-embed-text'];
    expect(ids).toEqual(expect.arrayContaining(valid));
    expect(ids.includes('extra:7b')).toBe(admit !== 'configured');
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('names', () => {
  let gateway: TestGateway;
  beforeAll(async () => (gateway = await open({ DEFAULT_MODEL: 'mixtral' })));

  it.each([
    ['phi3', 'phi3:latest'],
    ['mixtral', 'mixtral:latest'],
    ['mixtral-8x7b', 'mixtral:latest'],
    ['gpt-4', 'mixtral:latest'],
    ['phi4', 'phi4'],
    ['org/extra:latest', 'org/extra:latest'],
  ])('%s is asked for as %s and echoed as it came', async (model, sent) => {
    const { body, asked } = await tryModel(gateway, model);
    expect([body.model, asked]).toEqual([model, [sent]]);
  });

  it('of embedding models are known from the model server as well', async () => {
    const { status, asked } = await tryModel(gateway, 'other-embedder');
    expect([status, asked]).toEqual([400, []]);
  });

  it.each(['__proto__', 'constructor', 'toString', 'a'.repeat(300), ' phi3', 'PHI3', 'phi3\n'])(
    'such as %j are unknown',
    async (model) => {
      const { status, body, asked } = await tryModel(gateway, model);
      expect([status, body.error.code, asked]).toEqual([404, 'model_not_found', []]);
      expect(body.error.message.length).toBeLessThan(400);
    },
  );

  it('may be left out under /api/v1, where the default stands in, and nowhere else', async () => {
    const body = { messages: [{ role: 'user', content: 'Hello' }] };
    const answered = await post(`${gateway.url}/api/v1/chat/completions`, body);
    expect(await answered.json()).toMatchObject({ model: 'mixtral', object: 'chat.completion' });
    const refused = await post(`${gateway.url}/v1/chat/completions`, body);
    expect([refused.status, (await readError(refused)).error.param]).toEqual([400, 'model']);
  });

  it('of the simulator need no model server and carry settings', async () => {
    const before = generated().length;
    const response = await askChat(gateway, { model: 'sim/words?seed=7&tokens=12', stream: true });
    expect(response.headers.get('x-citadel-backend')).toBe('simulator');
    const first = await readChatStream(response);
    const again = await readChatStream(
      await askChat(gateway, { model: 'sim/words?seed=7&tokens=12', stream: true }),
    );
    expect(first.text.length).toBeGreaterThan(12);
    expect(again.text).toBe(first.text);
    expect(first.chunks[0]?.model).toBe('sim/words?seed=7&tokens=12');
    expect(generated().length).toBe(before);
  });

  it('of the simulator fail for those who ask for it, and for nobody else', async () => {
    for (let i = 0; i < 20; i++) {
      const failed = await askChat(gateway, { model: 'sim/words?tokens=5&die=2' });
      expect([failed.status, (await readError(failed)).error.code]).toEqual([502, 'upstream_incomplete']);
    }
    const response = await askChat(gateway, { model: 'p8-sim' });
    expect([response.status, response.headers.get('x-citadel-backend')]).toEqual([200, 'simulator']);
  });

  it.each(['sim/words?tokens=x', 'sim/', 'sim/words?cost=1', 'sim/words?seed=1&seed=2'])(
    'of the simulator are refused when they make no sense: %s',
    async (model) => {
      const { status, body } = await tryModel(gateway, model);
      expect([status, body.error.type, body.error.param]).toEqual([400, 'invalid_request_error', 'model']);
    },
  );
});

describe('production', () => {
  it('admits what is configured, and no simulator', async () => {
    const gateway = await open({ CITADEL_ENV: 'production' });
    expect((await tryModel(gateway, 'phi3')).status).toBe(200);
    for (const model of ['extra:7b', 'sim/words', 'sim/words?tokens=3']) {
      const { status, asked } = await tryModel(gateway, model);
      expect([model, status, asked]).toEqual([model, 404, []]);
    }
  });
});

describe('ENTERPRISE_STREAM', () => {
  const ask = (path: string, url: string) =>
    post(`${url}${path}`, {
      model: 'phi3',
      ...(path.includes('chat') ? { messages: [{ role: 'user', content: 'Hello' }] } : { prompt: 'Once' }),
      stream: true,
      stream_options: { include_usage: true },
    });

  it.each([
    ['allow', 'text/event-stream; charset=utf-8', 200],
    ['ignore', 'application/json; charset=utf-8', 200],
    ['reject', 'application/json; charset=utf-8', 400],
  ])('%s answers stream: true under /v1 with %s and %i', async (setting, type, status) => {
    const gateway = await open({ ENTERPRISE_STREAM: setting });
    for (const path of ['/v1/chat/completions', '/v1/completions']) {
      const response = await ask(path, gateway.url);
      expect([response.headers.get('content-type'), response.status]).toEqual([type, status]);
      const body = await response.text();
      if (status === 400) {
        expect(JSON.parse(body).error).toMatchObject({ code: 'unsupported_parameter', param: 'stream' });
      }
    }
    const elsewhere = await ask('/api/v1/chat/completions', gateway.url);
    expect(elsewhere.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    await elsewhere.body?.cancel();
  });
});
