import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { readAnswer } from '../support/openai-schemas-bodies.js';
import { CHAT_COMPLETION } from '../support/openai-schemas.js';
import { faultsOfChatStream, faultsOfCompletionStream } from '../support/openai-schemas-stream.js';
import { sendRaw } from '../support/raw-http.js';
import { readChatStream } from '../support/sse.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any', split: 'one-write' }).listen();
  gateway = await createGateway(
    { LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' },
    'database',
  );
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

/** As `curl -X POST -d` does, without a token. */
const curl = (path: string, body: string) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { 'user-agent': 'curl/8.5.0', accept: '*/*', 'content-type': 'application/json' },
    body,
  });

/** 25 tokens, which come in one read. */
const TOKENS = Array.from({ length: 25 }, (_, index) => `w${index} `);

/** How many of those tokens each frame has. */
const tokensPerFrame = ({ chunks }: Awaited<ReturnType<typeof readChatStream>>) =>
  chunks
    .map(({ choices = [] }) => choices[0]?.text ?? choices[0]?.delta?.content ?? '')
    .filter((text) => text !== '')
    .map((text) => text.split(' ').length - 1);

describe('GET /health and /metrics', () => {
  it('the health endpoint names its three services', async () => {
    const response = await fetch(`${gateway.url}/health`);
    expect(response.status).toBe(200);
    const health = (await response.json()) as { status: string; services: object };
    expect(['ok', 'degraded']).toContain(health.status);
    expect(Object.keys(health.services)).toEqual(expect.arrayContaining(['sql_database', 'redis', 'ollama']));
  });

  it('the health script finds a quoted word', async () => {
    const { status } = (await (await fetch(`${gateway.url}/health`)).json()) as { status: unknown };
    expect(JSON.stringify(status)).toMatch(/^"[a-z]+"$/);
  });

  it('the metrics endpoint speaks of citadel', async () => {
    const response = await fetch(`${gateway.url}/metrics`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/plain'),
    ]);
    expect(await response.text()).toMatch(/^citadel_\w+(\{.*\})? \d/m);
  });
});

describe('POST to the enterprise and agent endpoints', () => {
  it('the enterprise endpoint answers whole, and what was said is on record', async () => {
    ollama.answer({ pieces: ['Good', ' day.'] });
    const response = await curl(
      '/v1/chat/completions',
      `{
    "model": "phi3",
    "messages": [{"role": "user", "content": "Hello"}],
    "max_tokens": 50
  }`,
    );
    const body = await readAnswer(response);
    expect(CHAT_COMPLETION(body)).toEqual([]);
    expect(body.choices[0]?.message.content).toBe('Good day.');
    expect(ollama.requests.at(-1)?.body).toMatchObject({
      model: 'phi3:latest',
      options: { num_predict: 50 },
    });

    const said = await gateway.app.get(DataSource).query<object[]>(
      `SELECT c.user_id, c.model_name, m.role, m.content FROM messages m
       JOIN conversations c ON c.id = m.conversation_id WHERE c.metadata->>'generation_id' = $1 ORDER BY m.id`,
      [body.id],
    );
    const conversation = { user_id: 'anonymous', model_name: 'phi3' };
    expect(said).toEqual([
      { ...conversation, role: 'user', content: 'Hello' },
      { ...conversation, role: 'assistant', content: 'Good day.' },
    ]);
  });

  it('the voice endpoint streams a token a frame', async () => {
    ollama.answer({ pieces: TOKENS });
    const response = await curl(
      '/v1/voice/chat/completions',
      '{"model": "phi3", "messages": [{"role": "user", "content": "Tell me a joke"}], "max_tokens": 50}',
    );
    const stream = await readChatStream(response);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(faultsOfChatStream(stream)).toEqual([]);
    expect(stream.text).toBe(TOKENS.join(''));
    expect(tokensPerFrame(stream)).toEqual(Array(25).fill(1));
  });

  it('the GUI endpoint streams up to ten tokens a frame', async () => {
    ollama.answer({ pieces: TOKENS });
    const response = await curl(
      '/v1/gui/chat/completions',
      '{"model": "phi3", "messages": [{"role": "user", "content": "Explain AI"}], "max_tokens": 100}',
    );
    const stream = await readChatStream(response);
    expect(faultsOfChatStream(stream)).toEqual([]);
    expect(stream.text).toBe(TOKENS.join(''));
    expect(Math.max(...tokensPerFrame(stream))).toBeLessThanOrEqual(10);
    expect(tokensPerFrame(stream).length).toBeLessThanOrEqual(5);
  });

  it('the Copilot endpoint streams up to five tokens a frame and keeps the spaces of the prompt', async () => {
    ollama.answer({ pieces: TOKENS });
    const response = await curl(
      '/v1/copilot/completions',
      '{"model": "phi3", "prompt": "def fibonacci(n):\\n    ", "max_tokens": 100}',
    );
    const stream = await readChatStream(response);
    expect(faultsOfCompletionStream(stream)).toEqual([]);
    expect(stream.text).toBe(TOKENS.join(''));
    expect(Math.max(...tokensPerFrame(stream))).toBeLessThanOrEqual(5);
    expect(tokensPerFrame(stream).length).toBeLessThanOrEqual(8);
    expect(ollama.requests.at(-1)?.body).toMatchObject({
      prompt: 'def fibonacci(n):\n    ',
      options: { num_predict: 100 },
    });
  });

  it.each([
    ['agent_type=voice', 1],
    ['type=gui', 10],
    ['agent_type=voice&type=gui', 1],
  ])('the generic endpoint streams like the type it is asked for: %s', async (query, most) => {
    ollama.answer({ pieces: TOKENS });
    const stream = await readChatStream(
      await curl(
        `/v1/agents/stream?${query}`,
        '{"model": "phi3", "messages": [{"role": "user", "content": "Hello"}]}',
      ),
    );
    expect(faultsOfChatStream(stream)).toEqual([]);
    expect(stream.text).toBe(TOKENS.join(''));
    expect(Math.max(...tokensPerFrame(stream))).toBe(most);
  });

  it.each([
    '/v1/voice/chat/completions',
    '/v1/copilot/completions',
    '/v1/gui/chat/completions',
    '/v1/agents/stream',
  ])('%s is there for OPTIONS', async (path) => {
    const headers = {
      'user-agent': 'python-httpx/0.25.2',
      accept: '*/*',
      'accept-encoding': 'gzip, deflate',
    };
    expect([200, 405]).toContain((await fetch(gateway.url + path, { method: 'OPTIONS', headers })).status);
  });

  it('ApacheBench gets a hundred answers of one length, ten at a time', async () => {
    ollama.answer({ pieces: ['Good', ' day.'] });
    const payload = `{
  "model": "phi3",
  "messages": [{"role": "user", "content": "Hello"}],
  "max_tokens": 20
}
`;
    const request =
      `POST /v1/chat/completions HTTP/1.0\r\nContent-length: ${payload.length}\r\nContent-type: application/json\r\n` +
      `Host: 192.168.10.29:8002\r\nUser-Agent: ApacheBench/2.3\r\nAccept: */*\r\n\r\n${payload}`;
    const seen: string[] = [];
    const callers = Array.from({ length: 10 }, async () => {
      for (let call = 0; call < 10; call++) {
        const { responses, closed } = await sendRaw(gateway.port, request, {
          until: 'close',
          deadlineMs: 15_000,
        });
        seen.push(`${responses[0]?.status} ${responses[0]?.body.length} ${String(closed)}`);
      }
    });
    await Promise.all(callers);
    expect(seen).toHaveLength(100);
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toMatch(/^200 \d{3} true$/);
  });
});
