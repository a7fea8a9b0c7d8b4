import { DefaultChatTransport, readUIMessageStream, type UIMessage } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';

const IMAGE = 'iVBORw0KGgo=';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

/** What a page does: the transport as it comes, told only where to ask and which model. */
async function send(messages: UIMessage[], begun?: UIMessage, seen: UIMessage[] = []): Promise<UIMessage> {
  const transport = new DefaultChatTransport({
    api: `${gateway.url}/v1/gui/chat/completions?dialect=ui-message`,
    body: { model: 'phi3' },
  });
  const stream = await transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'chat-1',
    messageId: undefined,
    messages,
    abortSignal: undefined,
  });
  for await (const message of readUIMessageStream({ stream, message: begun })) seen.push(message);
  return seen.at(-1)!;
}

const messagesOfLast = () =>
  (ollama.requests.findLast(({ path }) => path === '/api/chat')!.body as { messages: object[] }).messages;

describe('useChat of the AI SDK', () => {
  it('talks without an adapter, turn after turn', async () => {
    ollama.answer({ pieces: ['Hello', ' there'] });
    const asked: UIMessage = { id: '1', role: 'user', parts: [{ type: 'text', text: 'Hi é' }] };
    const answer = await send([asked]);
    expect(answer.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')).toBe(
      'Hello there',
    );
    expect(messagesOfLast()).toEqual([{ role: 'user', content: 'Hi é' }]);
    await send([asked, answer, { id: '3', role: 'user', parts: [{ type: 'text', text: 'More' }] }]);
    expect(messagesOfLast()).toEqual([
      { role: 'user', content: 'Hi é' },
      { role: 'assistant', content: 'Hello there' },
      { role: 'user', content: 'More' },
    ]);
  });

  it('sends images, thoughts and what tools answered', async () => {
    ollama.answer({ pieces: ['ok'] });
    await send([
      {
        id: '1',
        role: 'user',
        parts: [
          { type: 'text', text: 'What is it?' },
          { type: 'file', mediaType: 'image/png', url: `data:image/png;base64,${IMAGE}` },
        ],
      },
      {
        id: '2',
        role: 'assistant',
        parts: [
          { type: 'step-start' },
          { type: 'reasoning', text: 'hm' },
          {
            type: 'dynamic-tool',
            toolName: 'look',
            toolCallId: 'call_1',
            state: 'output-available',
            input: { at: 1 },
            output: { seen: 'a cat' },
          },
          { type: 'step-start' },
          { type: 'text', text: 'A cat.' },
        ],
      },
      { id: '3', role: 'user', parts: [{ type: 'text', text: 'Sure?' }] },
    ]);
    expect(messagesOfLast()).toMatchObject([
      { role: 'user', content: 'What is it?', images: [IMAGE] },
      {
        role: 'assistant',
        thinking: 'hm',
        tool_calls: [{ function: { name: 'look', arguments: { at: 1 } } }],
      },
      { role: 'tool', content: '{"seen":"a cat"}' },
      { role: 'assistant', content: 'A cat.' },
      { role: 'user', content: 'Sure?' },
    ]);
  });

  it('goes on with the message whose tools were answered, and begins another after a question', async () => {
    ollama.answer({ pieces: ['It', ' is on.'] });
    const asked: UIMessage = { id: '1', role: 'user', parts: [{ type: 'text', text: 'Light!' }] };
    const called: UIMessage = {
      id: 'called',
      role: 'assistant',
      parts: [
        { type: 'step-start' },
        {
          type: 'tool-light',
          toolCallId: 'call_1',
          state: 'output-available',
          input: { on: true },
          output: 'done',
        },
      ],
    };
    const seen: UIMessage[] = [];
    const answer = await send([asked, called], called, seen);
    const whileItRan = seen[0]?.metadata;
    expect(answer.id).toBe('called');
    expect(whileItRan).toMatchObject({ generation_id: expect.stringMatching(/^chatcmpl-/) });
    expect(answer.parts.map(({ type }) => type)).toEqual(['step-start', 'tool-light', 'step-start', 'text']);
    expect((await send([asked, answer, { ...asked, id: '2' }])).id).toMatch(/^chatcmpl-/);
  });

  it('goes on with a message in which tools were called hundreds of times', async () => {
    const step = (index: number): UIMessage['parts'] => [
      { type: 'step-start' },
      {
        type: 'tool-light',
        toolCallId: `call_${index}`,
        state: 'output-available',
        input: {},
        output: 'done',
      },
    ];
    const parts = Array.from({ length: 300 }, (_, index) => step(index)).flat();
    ollama.answer({ pieces: ['ok'] });
    expect((await send([{ id: '1', role: 'assistant', parts }])).parts).toHaveLength(2);
    expect(messagesOfLast()).toHaveLength(600);
  });

  it.each([
    ['no id', undefined],
    ['one that is no text', 7],
    ['one without an end', 'x'.repeat(256)],
  ])('names the message itself where the page gave it %s', async (_what, id) => {
    ollama.answer({ pieces: ['ok'] });
    const response = await post(`${gateway.url}/v1/gui/chat/completions?dialect=ui-message`, {
      model: 'phi3',
      stream: true,
      messages: [{ id, role: 'assistant', parts: [{ type: 'text', text: 'Hm' }] }],
    });
    expect(await response.text()).toContain('"messageId":"chatcmpl-');
  });

  it.each([
    [[], 'a list of 1 to 4096 parts'],
    ['text', 'a list of 1 to 4096 parts'],
    [[{ type: 'text' }], 'text must be a string'],
    [[{ type: 'reasoning', text: null }], 'text must be a string'],
    [[{ type: 'file', url: 'http://169.254.169.254/' }], 'data: URL'],
    [[{ type: 'tool-x' }], 'toolCallId'],
    [[null], 'must be an object'],
  ])('is told what is wrong with %j', async (parts, why) => {
    const response = await post(`${gateway.url}/v1/gui/chat/completions`, {
      model: 'phi3',
      messages: [{ role: 'user', parts }],
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { param: expect.stringContaining('parts'), message: expect.stringContaining(why) },
    });
  });
});
