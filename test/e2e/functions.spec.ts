import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat } from '../support/gateway-calls.js';
import { readError } from '../support/openai-schemas-bodies.js';

const FUNCTIONS = [
  { name: 'switch', description: 'Switches a light', parameters: { type: 'object' } },
  { name: 'ask', parameters: { type: 'object' } },
];
const CALL = { name: 'switch', arguments: { room: 'Küche' } };

let ollama: FakeOllama;
let gateway: TestGateway;
let client: OpenAI;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
  ollama.answer({ pieces: [], toolCalls: [CALL, { name: 'ask', arguments: {} }] });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const ASKED = {
  model: 'phi3',
  messages: [{ role: 'user' as const, content: 'Light!' }],
  functions: FUNCTIONS,
  function_call: 'auto' as const,
};
const toldArguments = ({ arguments: json }: { arguments: string }) => JSON.parse(json) as unknown;
const lastBody = () =>
  ollama.requests.findLast(({ method }) => method === 'POST')!.body as Record<string, unknown>;

describe('functions, as older clients offer them', () => {
  it('are called in their words, whole and in a stream, one an answer', async () => {
    const { choices } = await client.chat.completions.create(ASKED);
    expect(choices[0]).toMatchObject({ finish_reason: 'function_call', message: { content: null } });
    const { message } = choices[0]!;
    expect(message.function_call!.name).toBe('switch');
    expect(toldArguments(message.function_call!)).toEqual(CALL.arguments);
    expect(message).not.toHaveProperty('tool_calls');
    expect(lastBody().tools).toMatchObject(FUNCTIONS.map(({ name }) => ({ function: { name } })));

    const stream = client.chat.completions.stream(ASKED);
    const said = await stream.finalChatCompletion();
    expect(said.choices[0]!.finish_reason).toBe('function_call');
    expect(said.choices[0]!.message.function_call!.name).toBe('switch');
    expect(toldArguments(said.choices[0]!.message.function_call!)).toEqual(CALL.arguments);
  });

  it('are offered alone, or not at all, as is asked for', async () => {
    await client.chat.completions.create({ ...ASKED, function_call: { name: 'ask' } });
    expect(lastBody().tools).toMatchObject([{ function: { name: 'ask' } }]);
    await client.chat.completions.create({ ...ASKED, function_call: 'none' });
    expect(lastBody()).not.toHaveProperty('tools');
  });

  it('come back to the model with what they gave', async () => {
    const { choices } = await client.chat.completions.create(ASKED);
    await client.chat.completions.create({
      ...ASKED,
      messages: [
        ...ASKED.messages,
        choices[0]!.message,
        { role: 'function', name: 'switch', content: 'It is on.' },
      ],
    });
    const [, called, answer] = lastBody().messages as Record<string, unknown>[];
    expect(called).toMatchObject({ role: 'assistant', tool_calls: [{ function: CALL }] });
    expect(answer).toMatchObject({ role: 'tool', tool_name: 'switch', content: 'It is on.' });
  });

  it('have an effect, and are passed over beside tools', async () => {
    const response = await askChat(gateway, { ...ASKED });
    await response.text();
    expect(response.headers.get('x-ignored-parameters')).toBeNull();
    const tools = [{ type: 'function', function: FUNCTIONS[1] }];
    const both = (await (await askChat(gateway, { ...ASKED, tools })).json()) as {
      choices: { finish_reason: string }[];
    };
    expect(both.choices[0]!.finish_reason).toBe('tool_calls');
    expect(lastBody().tools).toHaveLength(1);
  });

  it.each([
    [{ function_call: { name: 'other' } }, 'function_call'],
    [{ function_call: 'required' }, 'function_call'],
    [{ functions: [{ name: 'a b' }] }, 'functions[0].name'],
    [{ functions: 'all' }, 'functions'],
  ])('are refused where they are wrong: %j', async (fields, param) => {
    const response = await askChat(gateway, { ...ASKED, ...fields });
    expect(response.status).toBe(400);
    expect(await readError(response)).toMatchObject({ error: { param } });
  });
});
