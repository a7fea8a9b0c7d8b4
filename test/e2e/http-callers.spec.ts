import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, post } from '../support/gateway-calls.js';
import { faultsOfRefusal, SECRET } from '../support/openai-schemas-refusal.js';

let ollama: FakeOllama;
/** Where loopback is trusted, as it is by default. */
let home: TestGateway;
/** Where it is not. */
let abroad: TestGateway;
/** Where nobody is trusted for an address. */
let closed: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  const env = { LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
  home = await createGateway({ ...env, TRUSTED_NETWORKS: '127.0.0.0/8,192.168.10.0/24,2001:db8::/32' });
  abroad = await createGateway({ ...env, TRUSTED_NETWORKS: '10.0.0.0/8' });
  closed = await createGateway({ ...env, AUTH_REQUIRE_ALL: 'true' });
});
afterAll(async () => {
  await Promise.all([home.close(), abroad.close(), closed.close()]);
  await ollama.close();
});

const MESSAGES = { messages: [{ role: 'user', content: 'Hello' }] };
const generated = () => ollama.requests.filter(({ path }) => path === '/api/chat').length;

const forwardedFor = (address: string) => ({ headers: { 'x-forwarded-for': address } });

describe('a caller from outside the trusted networks', () => {
  it.each([
    ['/v1/chat/completions', { model: 'phi3', ...MESSAGES }],
    ['/v1/chat/completions', { nonsense: true }],
    ['/api/v1/chat/completions', MESSAGES],
    ['/api/v1/agent/p8-sim/chat/completions', MESSAGES],
    ['/v1/agents/stream', {}],
  ])(
    'is asked for a credential at %s, in the form of the route, before %j is looked at',
    async (path, body) => {
      const before = generated();
      const response = await post(abroad.url + path, body);
      const text = await response.text();
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      expect(faultsOfRefusal(path, text)).toEqual([]);
      expect(generated()).toBe(before);
    },
  );

  it('reads these words under /api', async () => {
    expect(await (await post(`${abroad.url}/api/v1/chat/completions`, MESSAGES)).json()).toEqual({
      error: 'unauthorized',
      message: 'Authentication required. Please provide a valid Bearer token',
      status_code: 401,
    });
  });

  it.each([
    `Bearer ${SECRET}`,
    'Bearer sk-anything',
    'Bearer eyJhbGciOiJub25lIn0.e30.',
    'Basic YTpi',
    'Bearer',
  ])('is not let in by the credential %s, which is not repeated', async (authorization) => {
    const response = await askChat(abroad, {}, { headers: { authorization } });
    expect([response.status, faultsOfRefusal('/v1', await response.text())]).toEqual([401, []]);
  });

  it('is not let in by a token in the address', async () => {
    expect((await post(`${abroad.url}/v1/chat/completions?access_token=${SECRET}`, MESSAGES)).status).toBe(
      401,
    );
  });

  it.each(['10.0.0.1', '127.0.0.1'])('is not believed to speak for %s', async (address) => {
    expect((await askChat(abroad, {}, forwardedFor(address))).status).toBe(401);
  });

  it.each(['/', '/health', '/live', '/ready', '/docs', '/api/v1/models', '/api/v1/models/phi3'])(
    'is answered at %s',
    async (path) => {
      expect((await fetch(abroad.url + path)).status).toBe(200);
    },
  );

  it('finds what is not there as little as anybody', async () => {
    expect((await fetch(`${abroad.url}/v1/nothing`)).status).toBe(404);
    expect((await fetch(`${abroad.url}/v1/chat/completions`)).status).toBe(405);
  });
});

describe('a caller from a trusted network', () => {
  it('needs no credential where the network is enough, and one where it is not', async () => {
    expect((await post(`${home.url}/v1/chat/completions`, { model: 'phi3', ...MESSAGES })).status).toBe(200);
    expect((await post(`${home.url}/api/v1/chat/completions`, MESSAGES)).status).toBe(401);
  });

  it('may bring one that every SDK must send', async () => {
    expect((await askChat(home, {}, { headers: { authorization: 'Bearer sk-unused' } })).status).toBe(200);
  });

  it.each(['192.168.10.7', '127.0.0.1', '::ffff:192.168.10.7', '2001:db8::1', '127.0.0.1, 192.168.10.7'])(
    'may speak for one from another: %s',
    async (address) => {
      expect((await askChat(home, {}, forwardedFor(address))).status).toBe(200);
    },
  );

  it.each([
    '203.0.113.5',
    '192.168.11.7',
    '127.0.0.1, 203.0.113.5',
    '203.0.113.5, 192.168.10.7',
    '2001:db9::1',
    'unknown',
    '192.168.10.7:80',
    '192.168.10',
    '0x7f.1',
    '2130706433',
    ' ',
  ])('may not speak for a stranger: %j', async (address) => {
    const before = generated();
    expect((await askChat(home, {}, forwardedFor(address))).status).toBe(401);
    expect(generated()).toBe(before);
    expect((await fetch(`${home.url}/`, forwardedFor(address))).status).toBe(200);
  });
});

describe('where everybody needs a credential', () => {
  it('a trusted network is no longer enough', async () => {
    expect((await askChat(closed)).status).toBe(401);
    expect((await fetch(`${closed.url}/v1/models`)).status).toBe(401);
    const protectedRoute = `${closed.url}/api/v1/chat/completions`;
    expect((await post(protectedRoute, MESSAGES)).status).toBe(401);
    expect((await fetch(`${closed.url}/health`)).status).toBe(200);
  });
});
