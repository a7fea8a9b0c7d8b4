import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { askChat, post } from '../support/gateway-calls.js';

let ollama: FakeOllama;
let server: FakeOpenAi;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  server = await new FakeOpenAi({ models: 'any' }).listen();
  const yaml = `
backends:
  - { name: ollama, passes: [typical_p] }
  - { name: openai, passes: [min_tokens, guided_json] }
routes:
  - { model: org/*, targets: [{ backend: openai }, { backend: ollama }] }`;
  const env = { OPENAI_BASE_URL: `${server.origin}/v1`, OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
  gateway = await createGateway({ ...env, RESPONSE_CACHE: 'on' }, undefined, { yaml });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([ollama.close(), server.close()]);
});

const FIELDS = {
  min_tokens: 3,
  guided_json: { type: 'object' },
  typical_p: 0.5,
  logit_bias: { '50256': -100 },
};
const last = ({ requests }: FakeOllama | FakeOpenAi) =>
  requests.findLast(({ method }) => method === 'POST')!.body as Record<string, unknown>;

describe('fields that settings pass on', () => {
  it.each(['/v1/chat/completions', '/v1/completions'])(
    'reach the server that takes them as they are, and the others are said to be ignored: %s',
    async (path) => {
      const asked = path.endsWith('chat/completions')
        ? { messages: [{ role: 'user', content: 'a' }] }
        : { prompt: 'a' };
      const ignoredWith = async (model: string) => {
        const response = await post(gateway.url + path, { model, ...asked, ...FIELDS });
        expect(response.status, await response.text()).toBe(200);
        return response.headers.get('x-ignored-parameters');
      };
      expect(await ignoredWith('org/model')).toBe('typical_p');
      const { min_tokens, guided_json, logit_bias, ...others } = last(server);
      expect({ min_tokens, guided_json, logit_bias }).toEqual({ ...FIELDS, typical_p: undefined });
      expect(others).not.toHaveProperty('typical_p');

      expect(await ignoredWith('phi3')).toBe('min_tokens, guided_json, logit_bias');
      expect(last(ollama)).toMatchObject({ options: { typical_p: 0.5 } });
      expect(JSON.stringify(last(ollama))).not.toMatch(/min_tokens|guided_json|logit_bias/);
    },
  );

  it('are no part of what is asked where they are null', async () => {
    const response = await askChat(gateway, { model: 'org/model', min_tokens: null });
    expect([response.status, response.headers.get('x-ignored-parameters')]).toEqual([200, null]);
    expect(last(server)).not.toHaveProperty('min_tokens');
  });

  it('make another answer of the cache', async () => {
    const cacheOf = async (min_tokens: number) => {
      const response = await askChat(gateway, { model: 'org/model', seed: 1, min_tokens });
      await response.text();
      return response.headers.get('x-cache');
    };
    expect([await cacheOf(1), await cacheOf(2), await cacheOf(1)]).toEqual(['miss', 'miss', 'hit']);
  });
});
