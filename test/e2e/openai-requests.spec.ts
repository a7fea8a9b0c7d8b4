import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, post } from '../support/gateway-calls.js';
import { readError } from '../support/openai-schemas-bodies.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['ok'] });
  gateway = await createGateway({ LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

interface Sent {
  readonly model: string;
  readonly stream: boolean;
  readonly format?: unknown;
  readonly prompt?: string;
  readonly suffix?: string;
  readonly messages: readonly { role: string; content: string; images?: string[] }[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** What the model server was asked for, for this request. */
async function sentFor(body: object, init?: RequestInit): Promise<Sent> {
  const response = await askChat(gateway, body, init);
  expect(response.status, await response.text()).toBe(200);
  return ollama.requests.at(-1)?.body as Sent;
}

const says = (content: unknown, role = 'user') => ({ messages: [{ role, content }] });

describe('what a chat request says', () => {
  it('reaches the model server by its own words, with defaults where it is silent', async () => {
    expect(await sentFor({})).toEqual({
      model: 'phi3:latest',
      stream: true,
      messages: [{ role: 'user', content: 'Hello' }],
      options: { num_predict: 1000, temperature: 0.7 },
      truncate: false,
    });
  });

  it.each([
    [{ max_tokens: 50 }, { num_predict: 50 }],
    [{ max_completion_tokens: 20, max_tokens: 50 }, { num_predict: 20 }],
    [{ temperature: 0 }, { temperature: 0 }],
    [
      { temperature: null, max_tokens: null },
      { temperature: 0.7, num_predict: 1000 },
    ],
    [{ stop: 'END' }, { stop: ['END'] }],
    [{ stop: ['a', '\n'] }, { stop: ['a', '\n'] }],
    [{ seed: -3 }, { seed: -3 }],
    [{ top_p: 0.1 }, { top_p: 0.1 }],
    [
      { frequency_penalty: -2, presence_penalty: 2 },
      { frequency_penalty: -2, presence_penalty: 2 },
    ],
    [
      { top_k: 40, min_p: 0.05, repeat_penalty: 1.1 },
      { top_k: 40, min_p: 0.05, repeat_penalty: 1.1 },
    ],
    [{ repetition_penalty: 1.2, repeat_penalty: 1.1 }, { repeat_penalty: 1.2 }],
  ])('%j is sent as %j', async (body, options) => {
    expect((await sentFor(body)).options).toMatchObject(options);
  });

  it('is as long as the model likes where settings leave it to the model', async () => {
    const open = await createGateway({
      OLLAMA_URL: ollama.origin,
      MODELS_ADMIT: 'any',
      DEFAULT_MAX_TOKENS: 'none',
    });
    const sentOptions = () => (ollama.requests.at(-1)?.body as Sent).options;
    await (await askChat(open)).text();
    expect(sentOptions()).not.toHaveProperty('num_predict');
    await (await post(`${open.url}/v1/completions`, { model: 'phi3', prompt: 'So' })).text();
    expect(sentOptions()).not.toHaveProperty('num_predict');
    await (await askChat(open, { max_tokens: 7 })).text();
    expect(sentOptions()).toHaveProperty('num_predict', 7);
    await open.close();
  });

  it('asks for each of n answers with a seed of its own', async () => {
    const before = ollama.requests.length;
    await sentFor({ n: 3, seed: 7 });
    const asked = ollama.requests.slice(before).map(({ body }) => (body as Sent).options.seed);
    expect(asked.sort()).toEqual([7, 8, 9]);
  });

  const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] };
  it.each([
    [{ type: 'text' }, undefined],
    [{ type: 'json_object' }, 'json'],
    [{ type: 'json_schema', json_schema: { name: 'a', schema, strict: true } }, schema],
  ])('response_format %j constrains the model', async (format, sent) => {
    expect((await sentFor({ response_format: format })).format).toEqual(sent);
  });

  it.each([
    ['developer', 'system'],
    ['system', 'system'],
    ['user', 'user'],
    ['assistant', 'assistant'],
    ['function', 'tool'],
  ])('role %s is sent as %s', async (role, sent) => {
    expect((await sentFor(says('Hi', role))).messages).toEqual([{ role: sent, content: 'Hi' }]);
  });

  it.each(['xhigh', 'ultra', 'max'])('thinks as hard as the model can where it says %s', async (effort) => {
    expect(await sentFor({ reasoning_effort: effort })).toMatchObject({ think: 'max' });
  });

  it('keeps every character', async () => {
    const text = ' \t\n"\\/\u0001\u007f é € 👩‍👩‍👧‍👦 \u2028 ';
    expect((await sentFor(says(text))).messages[0]?.content).toBe(text);
  });

  it('sends images that came as data, and never an address', async () => {
    const [message] = (
      await sentFor(
        says([
          { type: 'text', text: 'What is' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' } },
          { type: 'text', text: 'this?' },
          { type: 'image_url', image_url: { url: 'data:image/svg+xml;base64,PHN2Zy8+' } },
        ]),
      )
    ).messages;
    expect(message).toEqual({
      role: 'user',
      content: 'What is\nthis?',
      images: ['iVBORw0KGgo=', 'PHN2Zy8+'],
    });
  });

  it.each([
    'https://example.com/a.png',
    'http://169.254.169.254/latest/meta-data/',
    'file:///etc/passwd',
    'data:text/html;base64,AAAA',
    'data:image/png;base64,not base64!',
    'data:image/png,raw',
  ])('refuses the image %s and asks nobody for it', async (url) => {
    const before = ollama.requests.length;
    const response = await askChat(gateway, says([{ type: 'image_url', image_url: { url } }]));
    expect(response.status).toBe(400);
    expect((await readError(response)).error).toMatchObject({ param: 'messages[0].content' });
    expect(ollama.requests.length).toBe(before);
  });
});

describe('what a completion request says', () => {
  it('reaches the model server byte for byte', async () => {
    const prompt = 'def fibonacci(n):\n    ';
    const body = { model: 'phi3', prompt, suffix: '\nprint(1)', max_tokens: 100, stop: '\n\n' };
    expect((await post(`${gateway.url}/v1/completions`, body)).status).toBe(200);
    const request = ollama.requests.at(-1);
    expect(request?.path).toBe('/api/generate');
    expect(request?.body).toMatchObject({
      model: 'phi3:latest',
      prompt,
      suffix: '\nprint(1)',
      options: { num_predict: 100, temperature: 0.7, stop: ['\n\n'] },
    });
  });
});

describe('fields without effect', () => {
  const ignoredFor = async (path: string, body: object) => {
    const response = await post(`${gateway.url}${path}`, {
      model: 'phi3',
      ...(path.endsWith('/completions') && !path.includes('chat') ? { prompt: 'a' } : says('a')),
      ...body,
    });
    await response.body?.cancel();
    expect(response.status).toBe(200);
    return response.headers.get('x-ignored-parameters');
  };

  it('are listed, whatever their values', async () => {
    const sent = {
      logit_bias: {},
      store: null,
      service_tier: 'auto',
      x: [],
    };
    expect(await ignoredFor('/v1/chat/completions', sent)).toBe('logit_bias, store, service_tier, x');
  });

  it('are not mentioned when there are none', async () => {
    const sent = {
      max_completion_tokens: 5,
      tools: [],
      parallel_tool_calls: false,
      reasoning_effort: 'low',
      user: 'u',
    };
    expect(await ignoredFor('/v1/chat/completions', sent)).toBeNull();
    expect(await ignoredFor('/v1/completions', { echo: false, best_of: 1, suffix: null })).toBeNull();
    expect(await ignoredFor('/v1/completions', { n: 2, best_of: 2 })).toBeNull();
  });

  it('are listed by their paths where they are within others, and once for all tools', async () => {
    const tool = (name: string) => ({
      type: 'function',
      cache_control: { type: 'ephemeral' },
      function: { name, description: 'a', parameters: { properties: {} }, strict: true, output: {} },
    });
    const sent = {
      stream: true,
      stream_options: { include_usage: true, continuous_usage_stats: true },
      response_format: { type: 'json_object', schema: { type: 'object' } },
      tool_choice: { type: 'function', function: { name: 'a' }, mode: 'any' },
      tools: [tool('a'), tool('b')],
    };
    expect(await ignoredFor('/v1/chat/completions', sent)).toBe(
      'stream_options.continuous_usage_stats, response_format.schema, tool_choice.mode, ' +
        'tools.cache_control, tools.function.output',
    );
    const format = { type: 'json_schema', json_schema: { name: 'a', schema: { x: 1 }, description: 'b' } };
    expect(await ignoredFor('/v1/chat/completions', { response_format: format })).toBe(
      'response_format.json_schema.description',
    );
  });

  it('are those of the other kind of request as well', async () => {
    expect(await ignoredFor('/v1/completions', { tools: [], messages: [] })).toBe('tools, messages');
    expect(await ignoredFor('/v1/chat/completions', { prompt: 'a', echo: true })).toBe('prompt, echo');
  });

  it('are told apart by route: only agent streams can be tuned', async () => {
    const tuning = { chunk_size: 2, timeout: 30, buffer_size: 9 };
    expect(await ignoredFor('/v1/chat/completions', tuning)).toBe('chunk_size, timeout, buffer_size');
    expect(await ignoredFor('/v1/agents/stream', { agent_type: 'generic', ...tuning })).toBeNull();
  });

  it('never smuggle a header, and never fill one', async () => {
    expect(await ignoredFor('/v1/chat/completions', { 'a\r\nset-cookie: b': 1, é: 1, 'a b': 1 })).toBeNull();
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`field_${index}`, 1]));
    expect((await ignoredFor('/v1/chat/completions', many))?.split(', ')).toHaveLength(20);
  });
});

describe('who it is for', () => {
  it.each<[object, Record<string, string>, string]>([
    [{ user: 'ada' }, { 'x-user-id': 'bob' }, 'ada'],
    [{}, { 'x-user-id': 'bob' }, 'bob'],
    [{ user: '' }, { 'x-user-id': 'bob' }, 'bob'],
    [{ user: null }, { 'x-user-id': '' }, 'anonymous'],
    [{}, {}, 'anonymous'],
  ])('is the field %j, else the header %j: %s', async (body, headers, userId) => {
    const response = await askChat(gateway, body, { headers });
    await response.text();
    const { begin } = await gateway.storage.outcomeOf(generationOf(response));
    expect(begin.userId).toBe(userId);
  });
});
