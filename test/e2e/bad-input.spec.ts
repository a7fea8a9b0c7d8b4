import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';
import { codeOf, faultsOfRefusal, SECRET } from '../support/openai-schemas-refusal.js';

let ollama: FakeOllama;
let gateway: TestGateway;
const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);

beforeAll(async () => {
  process.on('unhandledRejection', note);
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway(
    { LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' },
    undefined,
    { signedIn: 'where needed' },
  );
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
});

const CHAT = { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };
const PROMPT = { model: 'phi3', prompt: 'Once' };

/** Refused, in the form of the route, naming the field, before anybody was asked. */
async function expectRefusal(path: string, body: object, param: string, code = /^invalid_(value|request)$/) {
  const before = ollama.requests.length;
  const response = await post(gateway.url + path, body, { headers: { cookie: `session=${SECRET}` } });
  const text = await response.text();
  expect(response.status, text).toBe(400);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(faultsOfRefusal(path, text)).toEqual([]);
  expect(codeOf(text)).toMatch(code);
  if (!path.startsWith('/api')) expect(JSON.parse(text)).toMatchObject({ error: { param } });
  expect(ollama.requests.slice(before).filter(({ method }) => method === 'POST')).toEqual([]);
}

const NO_TEXT = [1, true, [], {}, ['a']];
const NO_FLAG = ['true', 0, 1, [], {}];
const NO_COUNT = ['5', '', 0, -1, 1.5, 1e30, -1e30, true, [], {}, [1]];
const NO_NUMBER = ['1', true, [], {}, 1e9, -1e9];

const FIELDS: Readonly<Record<string, readonly unknown[]>> = {
  model: [...NO_TEXT, ''],
  max_tokens: [...NO_COUNT, 1_000_001],
  temperature: [...NO_NUMBER, 2.1, -0.1],
  top_p: [...NO_NUMBER, 1.01, -0.01],
  n: [...NO_COUNT, 9],
  stream: NO_FLAG,
  stream_options: ['a', 1, true, [], [{}]],
  stop: ['', 5, {}, [5], [''], [['a']], 'x'.repeat(257), Array(17).fill('x')],
  seed: ['1', 1.5, true, [], {}, 2 ** 53, -(2 ** 53)],
  frequency_penalty: [...NO_NUMBER, 2.1],
  presence_penalty: [...NO_NUMBER, -2.1],
  top_k: ['1', -2, 1.5, true, [], {}],
  min_p: [...NO_NUMBER, 1.01, -0.01],
  repetition_penalty: [...NO_NUMBER, -0.1, 10.1],
  repeat_penalty: [...NO_NUMBER, -0.1, 10.1],
  logit_bias: ['a', 1, true, [], [1], { 50256: '1' }, { 50256: 101 }, { 50256: null }],
  user: [...NO_TEXT, 'x'.repeat(256)],
  chunk_size: [...NO_COUNT, 101],
  timeout: [...NO_NUMBER, 0, 601],
  buffer_size: [...NO_COUNT, 5001],
};

const CHAT_FIELDS: Readonly<Record<string, readonly unknown[]>> = {
  ...FIELDS,
  messages: [
    null,
    'a',
    1,
    {},
    [],
    { length: 1 },
    [1],
    [null],
    ['a'],
    [[]],
    [[CHAT.messages[0]]],
    Array(4097).fill(CHAT.messages[0]),
  ],
  max_completion_tokens: NO_COUNT,
  tools: ['a', 1, {}, [1], [null], [[]], Array(129).fill({ type: 'function', function: { name: 'a' } })],
  tool_choice: ['any', 1, [], {}, { type: 'function' }, { function: null }, { function: { name: 1 } }],
  parallel_tool_calls: NO_FLAG,
  response_format: [
    'json',
    1,
    [],
    {},
    { type: 'xml' },
    { type: 'json_schema' },
    { type: 'json_schema', json_schema: { name: 'a', schema: [] } },
  ],
  reasoning_effort: ['', 'huge', 1, [], {}],
  chat_template_kwargs: ['a', 1, true, []],
};

const PROMPT_FIELDS: Readonly<Record<string, readonly unknown[]>> = {
  ...FIELDS,
  prompt: [null, 1, true, {}, [], [1, 2], [[1]], ['a', 1], Array(9).fill('a')],
  suffix: NO_TEXT,
  echo: NO_FLAG,
  best_of: [0, 2, '1', {}],
};

describe.each([
  ['/v1/chat/completions', CHAT, CHAT_FIELDS],
  ['/api/v1/chat/completions', CHAT, CHAT_FIELDS],
  ['/v1/completions', PROMPT, PROMPT_FIELDS],
])('a field of POST %s with a value that is none', (path, body, fields) => {
  it.each(Object.entries(fields))('is refused: %s', async (field, values) => {
    for (const value of values) await expectRefusal(path, { ...body, [field]: value }, field);
  });
});

describe('a list that is none', () => {
  it.each<[unknown, string]>([
    ['hi', 'messages must be an array'],
    [null, 'messages must be an array'],
    [{}, 'messages must be an array'],
    [['hi'], 'each value in messages must be an object'],
  ])('is told apart from one of other things: %j', async (messages, message) => {
    const response = await post(`${gateway.url}/v1/chat/completions`, { ...CHAT, messages });
    expect(await response.json()).toMatchObject({ error: { message, param: 'messages' } });
  });
});

describe('a part of a message or tool that is none', () => {
  const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };
  const assistant = (toolCalls: unknown) => ({ role: 'assistant', tool_calls: toolCalls });

  it.each<[string, unknown]>([
    ['.role', { content: 'a' }],
    ['.role', { role: 'robot', content: 'a' }],
    ['.role', { role: ['user'], content: 'a' }],
    ['.content', { role: 'user' }],
    ['.content', { role: 'user', content: null }],
    ['.content', { role: 'user', content: 1 }],
    ['.content', { role: 'user', content: [] }],
    ['.content', { role: 'user', content: Array(257).fill({ type: 'text', text: 'a' }) }],
    ['.content', { role: 'user', content: ['a'] }],
    ['.content', { role: 'user', content: [{ type: 'text' }] }],
    ['.content', { role: 'user', content: [{ type: 'image_url', image_url: null }] }],
    ['.content', { role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }],
    ['.name', { role: 'user', content: 'a', name: 1 }],
    ['.tool_call_id', { role: 'tool', content: 'a', tool_call_id: 1 }],
    ['.tool_calls', assistant('a')],
    ['.tool_calls', assistant([null])],
    ['.tool_calls', assistant([[]])],
    ['.tool_calls', assistant(Array(129).fill(call))],
    ['.tool_calls[0].id', assistant([{ ...call, id: undefined }])],
    ['.tool_calls[0].type', assistant([{ ...call, type: 'custom' }])],
    ['.tool_calls[0].function', assistant([{ ...call, function: undefined }])],
    ['.tool_calls[0].function', assistant([{ ...call, function: null }])],
    ['.tool_calls[0].function', assistant([{ ...call, function: [] }])],
    ['.tool_calls[0].function.arguments', assistant([{ ...call, function: { name: 'f', arguments: {} } }])],
  ])('is refused: messages[0]%s of %j', async (param, message) => {
    await expectRefusal('/v1/chat/completions', { ...CHAT, messages: [message] }, `messages[0]${param}`);
  });

  it.each<[string, unknown]>([
    ['.type', {}],
    ['.type', { type: 'custom', custom: { name: 'a' } }],
    ['.function', { type: 'function' }],
    ['.function', { type: 'function', function: null }],
    ['.function', { type: 'function', function: [] }],
    ['.function.name', { type: 'function', function: {} }],
    ['.function.name', { type: 'function', function: { name: 'a b' } }],
    ['.function.name', { type: 'function', function: { name: 'x'.repeat(65) } }],
    ['.function.parameters', { type: 'function', function: { name: 'a', parameters: 'any' } }],
    ['.function.strict', { type: 'function', function: { name: 'a', strict: 'yes' } }],
  ])('is refused: tools[0]%s of %j', async (param, tool) => {
    await expectRefusal('/v1/chat/completions', { ...CHAT, tools: [tool] }, `tools[0]${param}`);
  });
});

describe('what does not go together', () => {
  it.each<[string, string, object, string]>([
    ['/v1/chat/completions', 'a prompt for messages', PROMPT, 'messages'],
    ['/v1/completions', 'messages for a prompt', CHAT, 'prompt'],
    ['/v1/copilot/completions', 'messages for a prompt', CHAT, 'prompt'],
    ['/v1/voice/chat/completions', 'a prompt for messages', PROMPT, 'messages'],
    ['/v1/completions', 'too many prompts and answers', { ...PROMPT, prompt: ['a', 'b'], n: 5 }, 'n'],
    ['/v1/completions', 'an echo in a stream', { ...PROMPT, echo: true, stream: true }, 'echo'],
    ['/v1/agents/stream?agent_type=nobody', 'an unknown agent', CHAT, 'agent_type'],
    [
      '/v1/agents/stream?type=gui&agent_type=nobody',
      'an unknown agent before a known type',
      CHAT,
      'agent_type',
    ],
    ['/v1/agents/stream?type=a&type=gui', 'two types', CHAT, 'agent_type'],
    ['/v1/agents/stream?type=constructor', 'an inherited name', CHAT, 'agent_type'],
    ['/v1/agents/stream', 'an agent that is no name', { ...CHAT, agent_type: { $ne: '' } }, 'agent_type'],
    ['/v1/agents/stream?chunk_size=0', 'no pieces', CHAT, 'chunk_size'],
    ['/v1/agents/stream?chunk_size=1&chunk_size=2', 'two numbers', CHAT, 'chunk_size'],
    ['/v1/agents/stream?timeout=NaN', 'a number that is none', CHAT, 'timeout'],
    ['/v1/agents/stream?timeout=', 'nothing', CHAT, 'timeout'],
    ['/v1/agents/stream?buffer_size=5001', 'too much', CHAT, 'buffer_size'],
    ['/v1/chat/completions?profile=nope', 'an unknown profile', CHAT, 'profile'],
    ['/v1/chat/completions?profile=gui&profile=gui', 'two profiles', CHAT, 'profile'],
    ['/v1/chat/completions?profile=__proto__', 'an inherited profile', CHAT, 'profile'],
  ])('POST %s: %s', async (path, _what, body, param) => {
    await expectRefusal(path, body, param, /^(invalid_(value|request)|unsupported_parameter|unknown_agent)$/);
  });
});

describe('an agent in a path that is not there', () => {
  it.each<[string, string, object | undefined]>([
    ['POST', '/api/v1/agent/nobody/chat/completions', CHAT],
    ['POST', '/api/v1/agent/toString/chat/completions', CHAT],
    ['POST', '/api/v1/ai/nobody/stream', { task: 'x' }],
    ['POST', '/api/stream/nobody', { prompt: 'x' }],
    ['GET', '/api/stream/nobody?prompt=x', undefined],
    ['GET', '/api/stream/stats/nobody', undefined],
  ])('is not found: %s %s', async (method, path, body) => {
    const before = ollama.requests.length;
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(gateway.url + path, {
      method,
      ...(body && { headers, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    expect([response.status, codeOf(text)]).toEqual([404, 'agent_not_found']);
    expect(faultsOfRefusal(path, text)).toEqual([]);
    expect(ollama.requests.slice(before).filter(({ method: its }) => its === 'POST')).toEqual([]);
  });
});

describe('a header that names nothing', () => {
  it.each([
    ['x-p8-agent', 'nobody', 'unknown_agent', 'X-P8-Agent'],
    ['x-p8-agent', 'constructor', 'unknown_agent', 'X-P8-Agent'],
    ['x-stream-profile', 'loud', 'invalid_value', 'profile'],
  ])('is refused: %s: %s', async (header, value, code, param) => {
    const response = await post(`${gateway.url}/v1/chat/completions`, CHAT, { headers: { [header]: value } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code, param } });
  });
});
