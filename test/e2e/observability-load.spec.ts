import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LoadMonitor } from '../../src/infrastructure/load/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway(
    { OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any', LOAD_SHED: 'off' },
    undefined,
    { signedIn: 'where needed' },
  );
});

afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** As if the readings said so; those of a test machine are not to be relied upon. */
const overload = () => vi.spyOn(LoadMonitor.prototype, 'overloaded', 'get').mockReturnValue(true);
const post = (path: string) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:3000' },
    body: JSON.stringify({ model: 'phi3', messages: [{ role: 'user', content: 'Hello' }], prompt: 'Hello' }),
  });

describe('under overload', () => {
  it.each([
    '/v1/chat/completions',
    '/v1/completions',
    '/v1/voice/chat/completions',
    '/v1/agents/stream',
    '/api/v1/agent/p8-sim/chat/completions',
  ])('refuses %s with 503 and when to come back', async (path) => {
    overload();
    const response = await post(path);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('x-request-id')).toBeTruthy();
    expect(JSON.stringify(await response.json())).toContain('server_busy');
    expect(ollama.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  });

  it.each(['/live', '/ready', '/health', '/metrics', '/v1/models', '/'])('serves %s', async (path) => {
    overload();
    expect((await fetch(gateway.url + path)).status).toBe(200);
  });

  it('still cancels what runs', async () => {
    overload();
    expect((await post('/v1/generations/unknown/cancel')).status).toBe(404);
  });

  it('shows in the metrics', async () => {
    overload();
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    expect(text).toMatch(/^citadel_overloaded 1$/m);
    expect(text).toMatch(/^citadel_requests_shed_total [1-9]/m);
  });

  it('lets what already streams go on, and takes new work when it is over', async () => {
    const gate = ollama.hold(1);
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'phi3', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    overload();
    expect((await post('/v1/chat/completions')).status).toBe(503);
    gate.open();
    expect(await response.text()).toContain('[DONE]');
    vi.restoreAllMocks();
    expect((await post('/v1/chat/completions')).status).toBe(200);
  });
});
