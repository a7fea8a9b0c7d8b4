import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { readAnswer } from '../support/openai-schemas-bodies.js';
import { CHAT_COMPLETION, MODEL_LIST } from '../support/openai-schemas.js';
import { faultsOfChatStream } from '../support/openai-schemas-stream.js';
import { authorizationOf } from '../support/sign-in.js';
import { readChatStream } from '../support/sse.js';

let ollama: FakeOllama;
let gateway: TestGateway;
/** What stands for `Bearer your-jwt-token-here`. */
let token: { authorization: string };

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ LOAD_SHED: 'off', OLLAMA_URL: ollama.origin });
  token = await authorizationOf(gateway);
});
afterAll(async () => {
  expect(ollama.requests.filter(({ method }) => method === 'POST')).toEqual([]);
  await gateway.close();
  await ollama.close();
});

const GREETING = "Hello! I'm a simulated AI assistant. How can I help you today?";
const SIMULATOR = '/api/v1/agent/p8-sim/chat/completions';

const curl = (path: string, body: string, headers: Record<string, string> = {}) =>
  fetch(gateway.url + path, {
    method: 'POST',
    headers: { ...token, 'content-type': 'application/json', ...headers },
    body,
  });

const simulate = (content: string) =>
  curl(SIMULATOR, JSON.stringify({ model: 'gpt-4', messages: [{ role: 'user', content }], stream: true }));

describe('pages for people and probes', () => {
  it('the health check needs no token', async () => {
    const response = await fetch(`${gateway.url}/health`);
    expect([response.status, typeof (await response.json())]).toEqual([200, 'object']);
  });

  it.each(['/docs', '/redoc'])('%s is a page whose every part is served from here', async (path) => {
    const response = await fetch(gateway.url + path);
    const page = await response.text();
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const parts = [...page.matchAll(/(?:src|href|spec-url)="(?!data:)([^"]+)"/g)].map(([, part]) => part!);
    expect(parts.length).toBeGreaterThan(1);
    for (const part of parts) {
      const address = new URL(part, response.url);
      expect(address.origin).toBe(gateway.url);
      const served = await fetch(address);
      await served.arrayBuffer();
      expect([part, served.status]).toEqual([part, 200]);
    }
  });

  it('the API document is OpenAPI', async () => {
    const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as {
      openapi: string;
      paths: object;
    };
    expect(document.openapi).toMatch(/^3\./);
    expect(Object.keys(document.paths)).toContain('/v1/chat/completions');
  });

  it('the list of models needs no token', async () => {
    const response = await fetch(`${gateway.url}/api/v1/models`);
    expect([response.status, MODEL_LIST(await response.json())]).toEqual([200, []]);
  });
});

describe('the simulating agent', () => {
  it('greets, whole, and counts its words', async () => {
    const response = await curl(
      SIMULATOR,
      '{"model": "gpt-4", "messages": [{"role": "user", "content": "Hello, how are you?"}], "stream": false}',
    );
    const body = await readAnswer(response);
    expect(response.status).toBe(200);
    expect(CHAT_COMPLETION(body)).toEqual([]);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-/),
      model: 'gpt-4',
      choices: [{ index: 0, message: { role: 'assistant', content: GREETING }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 5, completion_tokens: 13, total_tokens: 18 },
    });
  });

  it('streams word by word: the role, the words, the end', async () => {
    const response = await simulate('Count from 1 to 5');
    const stream = await readChatStream(response);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(faultsOfChatStream(stream)).toEqual([]);
    const deltas = stream.chunks.map(({ choices = [] }) => choices[0]?.delta);
    expect(deltas.slice(0, 4)).toEqual([
      { role: 'assistant', content: '' },
      { content: 'Thank' },
      { content: ' you' },
      { content: ' for' },
    ]);
    expect(deltas.at(-1)).toEqual({});
    expect(stream).toMatchObject({ finishReason: 'stop', done: true });
    expect(stream.text).toContain('Count from 1 to 5');
  });

  it('is read to its end by a client that looks at lines only', async () => {
    const response = await simulate('Write a haiku');
    let fullContent = '';
    let isComplete = false;
    for (const line of (await response.text()).split('\n')) {
      if (!line.startsWith('data: ')) continue;
      const data = line.slice(6);
      isComplete = data === '[DONE]';
      if (isComplete) break;
      const chunk = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
      fullContent += chunk.choices[0]?.delta.content ?? '';
    }
    expect(isComplete).toBe(true);
    expect(fullContent).toMatch(/^Thank you for your question: "Write a haiku"\./);
  });

  it('writes code in a fenced block', async () => {
    const { text } = await readChatStream(await simulate('write code'));
    expect(text).toMatch(/^```\w+\n[^]+?\n```$/m);
  });

  it.each([
    ['show me a table', /^\|.+\|\n\| -+/m],
    ['what are the steps', /^1\. .+\n2\. /m],
  ])('formats what "%s" wants', async (question, form) => {
    expect((await readChatStream(await simulate(question))).text).toMatch(form);
  });

  it('is reached by a header on the standard endpoint too', async () => {
    const response = await curl(
      '/api/v1/chat/completions',
      '{"model": "gpt-4", "messages": [{"role": "user", "content": "Hello"}], "stream": false}',
      { 'x-p8-agent': 'p8-sim' },
    );
    const body = await readAnswer(response);
    expect(CHAT_COMPLETION(body)).toEqual([]);
    expect(body).toMatchObject({ model: 'gpt-4', choices: [{ message: { content: GREETING } }] });
    expect(response.headers.get('x-citadel-backend')).toBe('simulator');
  });

  it('of the path goes before that of the header, and takes any model name', async () => {
    const body = '{"model": "no-such-model", "messages": [{"role": "user", "content": "hi"}]}';
    const response = await curl(SIMULATOR, body, { 'x-p8-agent': 'p8-research' });
    expect(await readAnswer(response)).toMatchObject({
      model: 'no-such-model',
      choices: [{ message: { content: GREETING } }],
    });
  });
});
