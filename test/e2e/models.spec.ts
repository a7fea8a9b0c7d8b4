import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BackendProbe } from '../../src/modules/models/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat } from '../support/gateway-calls.js';
import { readModel, readModels } from '../support/openai-schemas-bodies.js';
import { ERROR_BODY, FLAT_ERROR_BODY, MODEL, MODEL_LIST } from '../support/openai-schemas.js';

let ollama: FakeOllama;
let gateway: TestGateway;
let any: TestGateway;

beforeAll(async () => {
  const models = ['phi3:latest', 'org/name:7b'].map((name) => ({ name, capabilities: ['completion'] }));
  ollama = await new FakeOllama({ models }).listen();
  gateway = await createGateway({ LOAD_SHED: 'off', OLLAMA_URL: ollama.origin });
  any = await createGateway({ LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
  // On a busy machine the look at the start may have come too late.
  await gateway.app.get(BackendProbe).look();
});
afterAll(async () => {
  await Promise.all([gateway.close(), any.close()]);
  await ollama.close();
});

describe.each(['/v1/models', '/api/v1/models'])('GET %s', (path) => {
  it('lists models in the published shape', async () => {
    const response = await fetch(gateway.url + path);
    const list = await readModels(response);
    expect(response.status).toBe(200);
    expect(MODEL_LIST(list)).toEqual([]);
    expect(list.data).toContainEqual({
      id: 'org/name:7b',
      object: 'model',
      created: Math.floor(Date.parse('2026-01-02T03:04:05Z') / 1000),
      owned_by: 'ollama',
    });
  });

  it.each([
    ['phi3', 'phi3'],
    ['phi3:latest', 'phi3:latest'],
    ['phi3%3Alatest', 'phi3:latest'],
    ['org/name:7b', 'org/name:7b'],
    ['org%2Fname%3A7b', 'org/name:7b'],
    ['gpt-4', 'gpt-4'],
    ['sim/words', 'sim/words'],
    ['sim%2Fwords%3Fseed%3D3', 'sim/words?seed=3'],
  ])('has one by the id %s', async (spelled, id) => {
    const response = await fetch(`${gateway.url}${path}/${spelled}`);
    const model = await readModel(response);
    expect(response.status).toBe(200);
    expect(MODEL(model)).toEqual([]);
    expect(model.id).toBe(id);
  });

  it.each(['nope', 'org/name', 'org%252Fname%253A7b', '__proto__', '%20', 'x'.repeat(900)])(
    'has none by the id %s',
    async (id) => {
      const response = await fetch(`${gateway.url}${path}/${id}`);
      const body = await response.json();
      expect(response.status).toBe(404);
      if (path.startsWith('/api')) {
        expect(FLAT_ERROR_BODY(body)).toEqual([]);
        expect(body).toMatchObject({ error: 'model_not_found', status_code: 404 });
      } else {
        expect(ERROR_BODY(body)).toEqual([]);
        expect(body).toMatchObject({
          error: { type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
        });
      }
    },
  );

  it('says the same to HEAD, without a body', async () => {
    const [head, get] = await Promise.all([
      fetch(gateway.url + path, { method: 'HEAD' }),
      fetch(gateway.url + path),
    ]);
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
  });
});

describe('where any model is admitted', () => {
  it.each(['%00', 'a%0Ab', 'x'.repeat(300), '/'])('%s is still no name', async (id) => {
    expect((await fetch(`${any.url}/v1/models/${id}`)).status).toBe(404);
  });

  it('others are', async () => {
    expect(await readModel(await fetch(`${any.url}/v1/models/a%20b/c`))).toMatchObject({ id: 'a b/c' });
  });
});

describe('a model of a server that is away', () => {
  let first: FakeOllama;
  let second: FakeOllama;
  let listing: TestGateway;

  const having = (...names: string[]) =>
    new FakeOllama({ models: names.map((name) => ({ name, capabilities: ['completion'] })) }).listen();
  const look = () => listing.app.get(BackendProbe).look();
  const ask = async (model: string) => {
    const response = await askChat(listing, { model });
    const { error } = (await response.json()) as { error?: { code: string } };
    return [response.status, error?.code ?? response.headers.get('x-citadel-backend')];
  };

  beforeAll(async () => {
    [first, second] = await Promise.all([having('one:latest', 'both:latest'), having('both:latest')]);
    const yaml = `backends: [{ name: second, kind: ollama, url: '${second.origin}' }]`;
    listing = await createGateway({ OLLAMA_URL: first.origin }, undefined, { yaml });
    await look();
    expect([await ask('one'), await ask('both')]).toEqual([
      [200, 'ollama'],
      [200, 'ollama'],
    ]);
    await first.refuse();
    await look();
  });
  afterAll(async () => {
    await listing.close();
    await Promise.all([first.close(), second.close()]);
  });

  it('is listed as before, and asking for it says that the server cannot be reached', async () => {
    expect(await ask('one')).toEqual([502, 'upstream_unavailable']);
    expect((await fetch(`${listing.url}/v1/models/one`)).status).toBe(200);
    expect(await ask('none')).toEqual([404, 'model_not_found']);
  });

  it('is asked for where another server has it', async () => {
    expect(await ask('both')).toEqual([200, 'second']);
  });
});
