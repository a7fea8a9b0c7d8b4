import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createApp } from '../../src/app.setup.js';
import { loadConfig } from '../../src/config/index.js';
import { PinoLogger } from '../../src/infrastructure/logging/index.js';
import { eventually } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { MemoryStorage } from '../support/memory-storage.js';

const CANARY = 'canary-4f1d9c';
let ollama: FakeOllama;
let app: NestFastifyApplication;
let url: string;
const lines: string[] = [];

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  const config = loadConfig({
    CITADEL_ENV: 'test',
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    LOAD_SHED: 'off',
  });
  app = await createApp(
    config,
    [new MemoryStorage().module()],
    new PinoLogger('info', { write: (line) => lines.push(line) }),
  );
  await app.listen(0, '127.0.0.1');
  url = `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
});

afterAll(async () => {
  await app.close();
  await ollama.close();
});

const requests = () =>
  lines
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ context }) => context === 'Requests');
const requestOf = (id: string) =>
  eventually(() => requests().find(({ requestId }) => requestId === id)) as Promise<Record<string, unknown>>;

function chat(headers: Record<string, string>, body: object = {}): Promise<Response> {
  return fetch(`${url}/v1/chat/completions?key=${CANARY}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({
      model: 'phi3',
      messages: [{ role: 'user', content: `prompt ${CANARY}` }],
      ...body,
    }),
  });
}

describe('the log', () => {
  it('begins without a line for each module and route', () => {
    expect(lines.length).toBeLessThan(20);
    expect(lines.join('')).not.toMatch(/Mapped \{|dependencies initialized/);
  });

  it('has one line per request, with its generation', async () => {
    const response = await chat({ 'x-request-id': 'log-1' });
    await response.text();
    expect(await requestOf('log-1')).toMatchObject({
      level: 'info',
      method: 'POST',
      route: '/v1/chat/completions',
      status: 200,
      durationMs: expect.any(Number),
      generation: response.headers.get('x-generation-id'),
    });
    expect(requests().filter(({ requestId }) => requestId === 'log-1')).toHaveLength(1);
  });

  it('has the same for streams, for what was refused and for paths that do not exist', async () => {
    const streamed = await chat({ 'x-request-id': 'log-2' }, { stream: true });
    await streamed.text();
    expect(await requestOf('log-2')).toMatchObject({
      status: 200,
      generation: streamed.headers.get('x-generation-id'),
    });
    await (await chat({ 'x-request-id': 'log-3' }, { messages: 7 })).text();
    expect(await requestOf('log-3')).toMatchObject({ status: 400, route: '/v1/chat/completions' });
    await (await fetch(`${url}/${CANARY}`, { headers: { 'x-correlation-id': 'log-4' } })).text();
    expect(await requestOf('log-4')).toMatchObject({ status: 404, route: 'unmatched' });
    await (
      await fetch(`${url}/api/v1/chat/completions`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '8.8.8.8', 'x-request-id': 'log-5' },
      })
    ).text();
    expect(await requestOf('log-5')).toMatchObject({ status: 401 });
  });

  it('holds no credential and nothing that callers or models said', async () => {
    ollama.answer({ pieces: [CANARY] });
    await (
      await chat({
        authorization: `Bearer ${CANARY}`,
        cookie: `session=${CANARY}`,
        'x-api-key': CANARY,
        'x-request-id': 'log-6',
      })
    ).text();
    await requestOf('log-6');
    expect(lines.join('')).not.toContain(CANARY);
  });

  it('says "error" nowhere while there is none', () => {
    expect(lines.filter((line) => /error/i.test(line))).toEqual([]);
  });
});

describe('the id of a request', () => {
  it('is the caller’s, and comes back under both of its names', async () => {
    for (const name of ['x-request-id', 'x-correlation-id']) {
      const { headers } = await fetch(`${url}/live`, { headers: { [name]: 'my-id.1' } });
      expect(headers.get('x-request-id')).toBe('my-id.1');
      expect(headers.get('x-correlation-id')).toBe('my-id.1');
    }
  });

  it('is ours where the caller’s is missing or harmful', async () => {
    const { headers } = await fetch(`${url}/live`, { headers: { 'x-request-id': 'a b;<script>' } });
    expect(headers.get('x-request-id')).toMatch(/^req_\w+$/);
    expect(headers.get('x-correlation-id')).toBe(headers.get('x-request-id'));
  });
});
