import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import type { Exchange } from '../support/exchange.js';
import { fakeEmbedding } from '../support/fake-embedding.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { Gate } from '../support/gate.js';
import { generationOf, post, resetBreakers } from '../support/gateway-calls.js';
import { SeededRandom } from '../support/seeded-random.js';

const MODEL = 'nomic-embed-text';
const DIMENSIONS = 8;

let server: FakeOllama;
let gateway: TestGateway;
let texts = 0;
/** Requests of earlier tests. */
let seen = 0;

/** A text nobody has asked for yet. */
const fresh = (name = 'text') => `${name} ${++texts}`;
const expected = (text: string, dimensions = DIMENSIONS) => [
  ...Float32Array.from(fakeEmbedding(text, dimensions)),
];
const exactly = (numbers: readonly number[]) => [...Float32Array.from(numbers)];
const ask = (body: object, path = '/v1/embeddings', init?: RequestInit) =>
  post(`${gateway.url}${path}`, { model: MODEL, ...body }, init);
const upstreamBodies = () =>
  server.requests
    .slice(seen)
    .filter(({ path }) => path === '/api/embed')
    .map(({ body }) => body as { input: string[] });
const upstreamInputs = () => upstreamBodies().map(({ input }) => input);

async function vectorsOf(response: Response): Promise<number[][]> {
  expect(response.status).toBe(200);
  const { data } = (await response.json()) as { data: { index: number; embedding: number[] }[] };
  expect(data.map(({ index }) => index)).toEqual(data.map((_, at) => at));
  return data.map(({ embedding }) => exactly(embedding));
}

beforeAll(async () => {
  server = await new FakeOllama({ models: 'any', embeddingDimensions: DIMENSIONS }).listen();
  gateway = await createGateway({ OLLAMA_URL: server.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await server.close();
});
beforeEach(() => {
  server.embedScript(undefined);
  seen = server.requests.length;
  resetBreakers(gateway);
});

describe('POST /v1/embeddings', () => {
  it('is what the openai client asks for and understands, in either encoding', async () => {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused' });
    const text = fresh();
    const asBase64 = await client.embeddings.create({ model: MODEL, input: [text, 'ünï 👋'] });
    const asFloat = await client.embeddings.create({ model: MODEL, input: text, encoding_format: 'float' });

    expect(asBase64.data.map(({ embedding }) => [...embedding])).toEqual([
      expected(text),
      expected('ünï 👋'),
    ]);
    expect(exactly(asFloat.data[0]!.embedding)).toEqual(expected(text));
    expect(asBase64.usage).toEqual({ prompt_tokens: 8, total_tokens: 8 });
    expect(upstreamInputs()).toEqual([[text, 'ünï 👋']]);
  });

  it('says the same for a hit as for a miss, byte for byte, and says which it was', async () => {
    const body = { input: [fresh(), fresh()] };
    const [first, second] = [await ask(body), await ask(body)];
    expect([first.headers.get('x-cache'), second.headers.get('x-cache')]).toEqual(['miss', 'hit']);
    expect(await second.text()).toBe(await first.text());
    expect(upstreamInputs()).toHaveLength(1);
  });

  it('asks the backend for what is missing only, each text once', async () => {
    const [a, b, c] = [fresh(), fresh(), fresh()];
    await ask({ input: [b] });
    const vectors = await vectorsOf(await ask({ input: [a, b, c, a] }));
    expect(vectors).toEqual([a, b, c, a].map((text) => expected(text)));
    expect(upstreamInputs()).toEqual([[b], [a, c]]);
  });

  it('keeps lengths and models apart', async () => {
    const input = fresh();
    expect(await vectorsOf(await ask({ input, dimensions: 4 }))).toEqual([expected(input, 4)]);
    expect(await vectorsOf(await ask({ input }))).toEqual([expected(input)]);
    await ask({ input, model: 'mxbai-embed-large' });
    expect(upstreamInputs()).toHaveLength(3);
  });

  it('shortens what a backend does not, as Ollama does', async () => {
    const body = { input: fresh(), dimensions: 2 };
    server.embedScript((exchange) => exchange.respond(200, {}, '{"embeddings":[[3,4,5]]}'));
    for (const cache of ['miss', 'hit']) {
      const response = await ask(body);
      expect(response.headers.get('x-cache')).toBe(cache);
      expect(await vectorsOf(response)).toEqual([exactly([0.6, 0.8])]);
    }
  });

  it('splits what is much, and puts every vector where its text stood', async () => {
    const input = Array.from({ length: 300 }, () => fresh());
    expect(await vectorsOf(await ask({ input }))).toEqual(input.map((text) => expected(text)));
    expect(upstreamInputs().map(({ length }) => length)).toEqual([64, 64, 64, 64, 44]);
  });

  it('gives nobody a wrong vector, whoever asks for what at the same time', async () => {
    const random = new SeededRandom(7);
    const known = Array.from({ length: 60 }, () => fresh('mix'));
    await ask({ input: known.slice(0, 20) });
    await Promise.all(
      Array.from({ length: 60 }, async () => {
        const input = Array.from({ length: 1 + random.below(40) }, () => random.pick(known));
        const vectors = await vectorsOf(await ask({ input }));
        expect(vectors).toEqual(input.map((text) => expected(text)));
      }),
    );
    const asked = upstreamInputs().flat();
    expect(new Set(asked).size).toBe(asked.length);
  });

  it.each([
    ['no text', { input: '' }, 'input'],
    ['no texts', { input: [] }, 'input'],
    ['an empty one among them', { input: ['a', ''] }, 'input'],
    ['tokens', { input: [1, 2, 3] }, 'input'],
    ['lists of tokens', { input: [[1, 2], [3]] }, 'input'],
    ['too many', { input: Array.from({ length: 2049 }, () => 'x') }, 'input'],
    ['nothing', {}, 'input'],
    ['an unknown encoding', { input: 'a', encoding_format: 'hex' }, 'encoding_format'],
    ['no dimensions', { input: 'a', dimensions: 0 }, 'dimensions'],
    ['half a dimension', { input: 'a', dimensions: 1.5 }, 'dimensions'],
    ['no model', { input: 'a', model: undefined }, 'model'],
  ])('refuses %s and says which field is wrong', async (_name, body, param) => {
    const response = await ask(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param, type: 'invalid_request_error' } });
    expect(upstreamInputs()).toEqual([]);
  });
});

describe('the cache is passed by', () => {
  const said = async (input: string, directive?: string, path?: string) => {
    const headers = directive === undefined ? undefined : { 'cache-control': directive };
    const response = await ask({ input, prompt: input }, path, { headers });
    await response.text();
    return response.headers.get('x-cache');
  };

  it.each(['/v1/embeddings', '/api/embed', '/api/embeddings'])('at %s', async (path) => {
    const text = fresh();
    expect([await said(text, 'no-store', path), await said(text, undefined, path)]).toEqual([
      'bypass',
      'miss',
    ]);
    expect([await said(text, 'no-cache', path), await said(text, undefined, path)]).toEqual([
      'bypass',
      'hit',
    ]);
    expect(upstreamInputs()).toEqual([[text], [text], [text]]);
  });

  it('and the vector takes the place of the old one with no-cache', async () => {
    const text = fresh();
    const vector = async (directive = '') => {
      const headers = { 'cache-control': directive };
      return (await vectorsOf(await ask({ input: text }, undefined, { headers })))[0];
    };
    const old = await vector();
    const json = { 'Content-Type': 'application/json' };
    server.embedScript((exchange) => exchange.respond(200, json, '{"embeddings":[[1,2]]}'));
    expect(await vector('no-store')).toEqual([1, 2]);
    expect(await vector()).toEqual(old);
    expect(await vector('max-age=0, no-cache')).toEqual([1, 2]);
    expect(await vector()).toEqual([1, 2]);
  });
});

describe('the routes of Ollama', () => {
  it('answer one prompt twice with the same vector, the second time from the cache', async () => {
    const prompt = fresh();
    const [first, second] = [
      await ask({ prompt }, '/api/embeddings'),
      await ask({ prompt }, '/api/embeddings'),
    ];
    const { embedding } = (await first.json()) as { embedding: number[] };
    expect(exactly(embedding)).toEqual(expected(prompt));
    expect(await second.json()).toEqual({ embedding });
    expect(second.headers.get('x-cache')).toBe('hit');
    expect(upstreamInputs()).toHaveLength(1);
  });

  it('share the cache with the others', async () => {
    const text = fresh();
    await ask({ input: text });
    const response = await ask({ input: [text] }, '/api/embed');
    expect(await response.json()).toEqual({
      model: MODEL,
      embeddings: [expect.any(Array)],
      total_duration: expect.any(Number),
      load_duration: 0,
      prompt_eval_count: 4,
    });
    expect(upstreamInputs()).toHaveLength(1);
  });

  it('answer nothing for nothing, as Ollama does', async () => {
    expect(await (await ask({ prompt: '' }, '/api/embeddings')).json()).toEqual({ embedding: [] });
    expect(await (await ask({ input: [] }, '/api/embed')).json()).toMatchObject({ embeddings: [] });
    expect(upstreamInputs()).toEqual([]);
  });

  it('pass on settings, and keep what is made with others apart', async () => {
    const prompt = fresh();
    await ask({ prompt }, '/api/embeddings');
    await ask({ prompt, options: { num_ctx: 512 }, keep_alive: '1m' }, '/api/embeddings');
    expect(upstreamBodies()).toMatchObject([
      { input: [prompt] },
      { input: [prompt], options: { num_ctx: 512 }, keep_alive: '1m' },
    ]);
  });

  it('refuse in Ollama’s own form', async () => {
    const response = await ask({ prompt: 5 }, '/api/embeddings');
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: expect.stringContaining('prompt') });
  });
});

describe('what has no effect', () => {
  it.each([
    [
      '/v1/embeddings',
      { encoding_format: 'float', user: 'ada', dimensions: 4, input_type: 'query' },
      'input_type',
    ],
    ['/api/embed', { truncate: true, keep_alive: '5m', options: {}, prompt: 'a' }, 'prompt'],
    ['/api/embeddings', { prompt: 'a', truncate: true, dimensions: 4 }, 'input, truncate, dimensions'],
  ])('is named by %s', async (path, body, ignored) => {
    const input = fresh();
    // The second time from the cache.
    for (let time = 0; time < 2; time++) {
      const response = await ask({ input, ...body }, path);
      expect(response.status).toBe(200);
      expect(response.headers.get('x-ignored-parameters')).toBe(ignored);
    }
  });

  it('is not spoken of where everything has', async () => {
    expect((await ask({ input: fresh() })).headers.has('x-ignored-parameters')).toBe(false);
  });
});

describe('a backend that fails', () => {
  it.each([
    ['an error', (exchange: Exchange) => exchange.respond(500, {}, '{"error":"boom"}'), 502],
    ['too few vectors', (exchange: Exchange) => exchange.respond(200, {}, '{"embeddings":[]}'), 502],
    ['no numbers', (exchange: Exchange) => exchange.respond(200, {}, '{"embeddings":[["a"]]}'), 502],
    [
      'a number that is none',
      (exchange: Exchange) => exchange.respond(200, {}, '{"embeddings":[[1e999]]}'),
      502,
    ],
    ['no JSON', (exchange: Exchange) => exchange.respond(200, {}, '<html>'), 502],
    [
      'that it does not know the model',
      (exchange: Exchange) => exchange.respond(404, {}, '{"error":"no"}'),
      404,
    ],
  ])('with %s is an honest error, and nothing of it is kept', async (_name, respond, status) => {
    const input = fresh();
    server.embedScript(respond);
    const response = await ask({ input });
    expect(response.status).toBe(status);
    expect(response.headers.get('x-citadel-backend')).toBe('ollama');
    expect(await response.json()).toHaveProperty('error.code');
    const record = await gateway.storage.outcomeOf(generationOf(response));
    expect(record).toMatchObject({ outcome: { status: 'failed' }, backend: 'ollama', attempts: 1 });

    server.embedScript(undefined);
    expect(await vectorsOf(await ask({ input }))).toEqual([expected(input)]);
  });

  it('with vectors shorter than was asked for is the error of who asked, and nothing of it is kept', async () => {
    const input = fresh();
    server.embedScript((exchange) => exchange.respond(200, {}, '{"embeddings":[[1,0,0]]}'));
    const response = await ask({ input, dimensions: 4 });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request', param: 'dimensions' } });
    server.embedScript(undefined);
    expect(await vectorsOf(await ask({ input, dimensions: 4 }))).toEqual([expected(input, 4)]);
  });

  it('fails all who wait for the same, and none of the others', async () => {
    const [broken, sound] = [fresh(), fresh()];
    const gate = new Gate<Exchange>();
    server.embedScript(async (exchange) => {
      await exchange.hold(gate);
      await exchange.respond(500, {}, '{"error":"boom"}');
    });
    const waiting = [ask({ input: broken }), ask({ input: [broken] })];
    await gate.reached;
    server.embedScript(undefined);
    expect(await vectorsOf(await ask({ input: sound }))).toEqual([expected(sound)]);
    gate.open();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([502, 502]);
  });
});

describe('a client that leaves', () => {
  it('stops what is made for it alone', async () => {
    const gate = new Gate<Exchange>();
    server.embedScript((exchange) => exchange.hold(gate));
    const client = new AbortController();
    const asked = ask({ input: fresh() }, '/v1/embeddings', { signal: client.signal });
    const { request } = await gate.reached;
    client.abort();
    await expect(asked).rejects.toThrow();
    expect(await server.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
  });

  it('leaves to others what they wait for as well', async () => {
    const input = fresh();
    const gate = new Gate<Exchange>();
    server.embedScript(async (exchange) => {
      await exchange.hold(gate);
      await server.embedAs(exchange);
    });
    const client = new AbortController();
    const first = ask({ input }, '/v1/embeddings', { signal: client.signal });
    await gate.reached;
    const second = ask({ input });
    await eventually(() => gateway.storage.begins.length >= 2);
    client.abort();
    await expect(first).rejects.toThrow();
    gate.open();
    expect(await vectorsOf(await second)).toEqual([expected(input)]);
    expect(upstreamInputs()).toHaveLength(1);
  });
});

it('goes on record by the hashes of its texts', async () => {
  const response = await ask({ input: ['a secret of mine', fresh()] });
  expect(generationOf(response)).toMatch(/^emb-[0-9a-f]{32}$/);
  const record = await gateway.storage.outcomeOf(generationOf(response));
  expect(record).toMatchObject({
    begin: { kind: 'embedding', model: MODEL, route: '/v1/embeddings' },
    outcome: { status: 'finished' },
    backend: 'ollama',
    cachedPieces: 0,
    generatedPieces: 2,
  });
  expect(JSON.stringify(record)).not.toContain('secret');
});

it('goes on record with the calls it took', async () => {
  const input = Array.from({ length: 70 }, () => fresh());
  const attempts = async (body: object) =>
    (await gateway.storage.outcomeOf(generationOf(await ask(body)))).attempts;
  expect(await attempts({ input })).toBe(2);
  expect(await attempts({ input })).toBe(0);
  server.embedScript((exchange) => exchange.respond(500, {}, '{"error":"boom"}'));
  const before = gateway.storage.outcomes.length;
  await ask({ input: fresh() });
  expect(gateway.storage.outcomes.slice(before)).toMatchObject([{ attempts: 1 }]);
});

it('counts what the cache had', async () => {
  const metrics = async () => (await fetch(`${gateway.url}/metrics`)).text();
  const count = (text: string, operation: string, result: string) =>
    Number(
      new RegExp(
        `citadel_cache_operations_total\\{operation="${operation}",result="${result}"\\} (\\d+)`,
      ).exec(text)?.[1] ?? 0,
    );
  const before = await metrics();
  const input = [fresh(), fresh()];
  await ask({ input });
  await ask({ input });
  const after = await metrics();
  for (const [operation, result] of [
    ['get', 'hit'],
    ['get', 'miss'],
    ['set', 'success'],
  ] as const)
    expect(count(after, operation, result) - count(before, operation, result)).toBe(2);
});
