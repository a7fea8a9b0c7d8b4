import OpenAI from 'openai';
import type {
  ChatCompletionContentPart,
  ChatCompletionMessage,
  ChatCompletionMessageParam,
} from 'openai/resources';
import type { ResponseInput } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { FakeOpenAi } from '../support/fake-openai.js';

/** At servers of both kinds. */
const REMOTE = 'org/thinker';
const LOCAL = 'phi3';
const SIGNED = { google: { thought_signature: 'c2lnbmVk' } };
const TOOL = { type: 'function', function: { name: 'add', parameters: { type: 'object' } } } as const;
const CALL = { id: 'call_1', name: 'add', arguments: '{"a":2}' };
const ASKED: ChatCompletionMessageParam = { role: 'user', content: '2 + 2?' };

let server: FakeOpenAi;
let ollama: FakeOllama;
let gateway: TestGateway;
let client: OpenAI;

beforeAll(async () => {
  server = await new FakeOpenAi({ models: 'any' }).listen();
  ollama = await new FakeOllama({ models: 'any' }).listen();
  const env = {
    OPENAI_BASE_URL: `${server.origin}/v1`,
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
  };
  gateway = await createGateway(env, undefined, {
    yaml: `routes: [{ model: org/*, targets: [{ backend: openai }] }]`,
  });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([server.close(), ollama.close()]);
});
beforeEach(() => {
  // The client library keeps only the last piece of what it does not know.
  const thought = { reasoning: ['I have to add'], toolCalls: [{ ...CALL, extra_content: SIGNED }] };
  server.answer(({ body }) => (JSON.stringify(body).includes('"tool"') ? { pieces: ['Four.'] } : thought));
});

const messagesAt = (fake: FakeOpenAi | FakeOllama) =>
  (fake.requests.findLast(({ method }) => method === 'POST')!.body as { messages: object[] }).messages;

async function ask(model: string, stream: boolean): Promise<ChatCompletionMessage> {
  const request = { model, messages: [ASKED], tools: [TOOL] };
  if (!stream) return (await client.chat.completions.create(request)).choices[0]!.message;
  return (await client.chat.completions.stream(request).finalChatCompletion()).choices[0]!.message;
}

const answerOf = (called: ChatCompletionMessage): ChatCompletionMessageParam[] => [
  ASKED,
  called,
  { role: 'tool', tool_call_id: called.tool_calls![0]!.id, content: '4' },
];

describe('what a model server wants back with the next turn', () => {
  it.each([
    ['whole', false],
    ['in a stream', true],
  ])('goes to the client %s, and back as it was', async (_how, stream) => {
    const called = await ask(REMOTE, stream);
    expect(called).toMatchObject({
      reasoning_content: 'I have to add',
      tool_calls: [{ id: 'call_1', extra_content: SIGNED }],
    });
    await client.chat.completions.create({ model: REMOTE, messages: answerOf(called) });
    expect(messagesAt(server)[1]).toEqual({
      role: 'assistant',
      content: null,
      reasoning_content: 'I have to add',
      reasoning: 'I have to add',
      tool_calls: [
        {
          id: 'call_1',
          type: 'function',
          function: { name: 'add', arguments: '{"a":2}' },
          extra_content: SIGNED,
        },
      ],
    });
  });

  it('reaches Ollama as its thinking', async () => {
    ollama.answer({ pieces: ['Four.'] });
    const called = await ask(REMOTE, false);
    await client.chat.completions.create({ model: LOCAL, messages: answerOf(called) });
    expect(messagesAt(ollama)[1]).toMatchObject({ role: 'assistant', thinking: 'I have to add' });
  });

  it('is remembered with a response that the next one continues', async () => {
    const tool = { type: 'function', name: 'add', parameters: {}, strict: false } as const;
    const first = await client.responses.create({ model: REMOTE, input: '2 + 2?', tools: [tool] });
    await client.responses.create({
      model: REMOTE,
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: 'call_1', output: '4' }],
    });
    const back = {
      role: 'assistant',
      reasoning_content: 'I have to add',
      tool_calls: [{ id: 'call_1', extra_content: SIGNED }],
    };
    expect(messagesAt(server)[1]).toMatchObject(back);
    const answer = { type: 'function_call_output', call_id: 'call_1', output: '4' } as const;
    const input = [{ role: 'user' as const, content: '2 + 2?' }, ...first.output, answer];
    await client.responses.create({ model: REMOTE, store: false, input: input as ResponseInput });
    expect(messagesAt(server)[1]).toMatchObject(back);
  });

  it('says how closely an image is to be looked at', async () => {
    const url = 'data:image/png;base64,iVBORw0KGgo=';
    const asked = async (detail: string) => {
      const content = [{ type: 'image_url', image_url: { url, detail } }] as ChatCompletionContentPart[];
      await client.chat.completions.create({ model: REMOTE, messages: [{ role: 'user', content }] });
    };
    await asked('low');
    expect(messagesAt(server)[0]).toMatchObject({ content: [{ image_url: { url, detail: 'low' } }] });
    await expect(asked('closely')).rejects.toMatchObject({ status: 400 });
  });

  it('must be of the right kind', async () => {
    const refused = (message: object) =>
      client.chat.completions.create({
        model: REMOTE,
        messages: [ASKED, { role: 'assistant', content: 'x', ...message }],
      });
    const call = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
    await expect(refused({ reasoning_content: 7 })).rejects.toMatchObject({ status: 400 });
    await expect(refused({ reasoning: {} })).rejects.toMatchObject({ status: 400 });
    await expect(refused({ tool_calls: [{ ...call, extra_content: 'x' }] })).rejects.toMatchObject({
      status: 400,
    });
  });
});
