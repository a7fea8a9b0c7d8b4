import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, post } from '../support/gateway-calls.js';
import { readAnswer, readError } from '../support/openai-schemas-bodies.js';
import { CHAT_COMPLETION } from '../support/openai-schemas.js';
import { faultsOfChatStream } from '../support/openai-schemas-stream.js';
import { readChatStream } from '../support/sse.js';

let ollama: FakeOllama;
let gateway: TestGateway;
let renamed: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  const upstreams = { LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
  gateway = await createGateway(upstreams);
  renamed = await createGateway({ ...upstreams, REASONING_FIELD: 'reasoning' });
});
afterAll(async () => {
  await Promise.all([gateway.close(), renamed.close()]);
  await ollama.close();
});

const tool = (name: string) => ({ type: 'function', function: { name, parameters: { type: 'object' } } });
const TOOLS = [tool('weather'), tool('time')];
const CALLS = [
  { name: 'weather', arguments: { city: 'Zürich', days: 2 } },
  { name: 'time', arguments: {} },
];

const ID = /^call_[A-Za-z0-9]{24}$/;
const lastBody = () => ollama.requests.at(-1)?.body as Record<string, unknown>;

describe('tool calls', () => {
  it.each([
    ['in one line', true],
    ['in lines of their own', false],
  ])(
    'that Ollama sends as objects without ids %s stream as numbered deltas',
    async (_how, toolCallsTogether) => {
      ollama.answer({ pieces: [], toolCalls: CALLS, toolCallsTogether });
      const stream = await readChatStream(await askChat(gateway, { stream: true, tools: TOOLS }));
      expect(faultsOfChatStream(stream)).toEqual([]);
      expect(stream.finishReason).toBe('tool_calls');
      expect(
        stream.toolCalls.map(({ name, arguments: args }) => ({ name, arguments: JSON.parse(args) })),
      ).toEqual(CALLS);
      const [first, second] = stream.toolCalls.map(({ id }) => id);
      expect([first, second]).toEqual([expect.stringMatching(ID), expect.stringMatching(ID)]);
      expect(first).not.toBe(second);
    },
  );

  it('never share a number, even where the model server repeats one', async () => {
    ollama.answer({ pieces: [], toolCalls: CALLS.map((call) => ({ ...call, index: 0 })) });
    const stream = await readChatStream(await askChat(gateway, { stream: true, tools: TOOLS }));
    expect(faultsOfChatStream(stream)).toEqual([]);
    expect(stream.toolCalls.map(({ name }) => name)).toEqual(['weather', 'time']);
  });

  it('come whole with null for the text and arguments as JSON text', async () => {
    ollama.answer({ pieces: [], toolCalls: CALLS });
    const body = await readAnswer(await askChat(gateway, { tools: TOOLS }));
    expect(CHAT_COMPLETION(body)).toEqual([]);
    const [choice] = body.choices;
    expect(choice).toMatchObject({ message: { content: null }, finish_reason: 'tool_calls' });
    expect(choice?.message.tool_calls).toEqual([
      {
        id: expect.stringMatching(ID),
        type: 'function',
        function: { name: 'weather', arguments: '{"city":"Zürich","days":2}' },
      },
      { id: expect.stringMatching(ID), type: 'function', function: { name: 'time', arguments: '{}' } },
    ]);
  });

  it('keep the ids and the text of a server that gives them', async () => {
    ollama.answer({ pieces: ['Let me see.'], toolCalls: [{ ...CALLS[0]!, id: 'call_own' }] });
    const body = await readAnswer(await askChat(gateway, { tools: TOOLS }));
    expect(body.choices[0]?.message).toMatchObject({
      content: 'Let me see.',
      tool_calls: [{ id: 'call_own' }],
    });
  });

  it('that were cut off say so', async () => {
    ollama.answer({ pieces: [], toolCalls: CALLS, doneReason: 'length' });
    expect((await readAnswer(await askChat(gateway, { tools: TOOLS }))).choices[0]?.finish_reason).toBe(
      'length',
    );
  });

  it('go back to the model with their answers', async () => {
    ollama.answer({ pieces: ['It is warm.'] });
    const call = {
      id: 'call_1',
      type: 'function',
      function: { name: 'weather', arguments: '{"city":"Bern"}' },
    };
    const messages = [
      { role: 'user', content: 'Warm?' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: '21 °C' },
    ];
    expect((await askChat(gateway, { messages, tools: TOOLS })).status).toBe(200);
    expect(lastBody()).toMatchObject({
      messages: [
        { role: 'user', content: 'Warm?' },
        {
          role: 'assistant',
          content: '',
          tool_calls: [{ id: 'call_1', function: { name: 'weather', arguments: { city: 'Bern' } } }],
        },
        { role: 'tool', content: '21 °C', tool_call_id: 'call_1', tool_name: 'weather' },
      ],
      tools: TOOLS,
    });
  });

  it.each([
    ['none', undefined],
    ['auto', TOOLS],
    [{ type: 'function', function: { name: 'time' } }, [TOOLS[1]]],
  ])('are offered as tool_choice %j says', async (choice, offered) => {
    ollama.answer({ pieces: ['ok'] });
    expect((await askChat(gateway, { tools: TOOLS, tool_choice: choice })).status).toBe(200);
    expect(lastBody().tools).toEqual(offered);
  });

  it('cannot be demanded of a function that was not offered', async () => {
    const asked = ollama.requests.length;
    const response = await askChat(gateway, {
      tools: TOOLS,
      tool_choice: { type: 'function', function: { name: 'nope' } },
    });
    expect(response.status).toBe(400);
    expect((await readError(response)).error).toMatchObject({ code: 'invalid_value', param: 'tool_choice' });
    expect(ollama.requests.length).toBe(asked);
  });
});

describe('reasoning', () => {
  const THOUGHTFUL = { thinking: ['Hm', 'm.'], pieces: ['Yes', '.'] };

  it.each([
    ['reasoning_content', () => gateway],
    ['reasoning', () => renamed],
  ])('streams before the text in chunks of its own, as %s', async (field, at) => {
    ollama.answer(THOUGHTFUL);
    const stream = await readChatStream(await askChat(at(), { stream: true }));
    expect(faultsOfChatStream(stream)).toEqual([]);
    expect(stream).toMatchObject({ reasoning: 'Hmm.', text: 'Yes.' });
    const fields = stream.chunks.flatMap(({ choices = [] }) => Object.keys(choices[0]?.delta ?? {}));
    expect(fields).toEqual(['role', 'content', field, field, 'content', 'content']);
  });

  it.each([
    ['reasoning_content', () => gateway],
    ['reasoning', () => renamed],
  ])('comes whole beside the text, as %s', async (field, at) => {
    ollama.answer(THOUGHTFUL);
    const body = await readAnswer(await askChat(at()));
    expect(CHAT_COMPLETION(body)).toEqual([]);
    expect(body.choices[0]?.message).toEqual({
      role: 'assistant',
      content: 'Yes.',
      refusal: null,
      annotations: [],
      [field]: 'Hmm.',
    });
  });

  it.each([
    ['none', false],
    ['minimal', 'low'],
    ['low', 'low'],
    ['medium', 'medium'],
    ['high', 'high'],
    ['xhigh', 'max'],
  ])('effort %s is asked of Ollama as %j', async (effort, think) => {
    ollama.answer(THOUGHTFUL);
    await (await askChat(gateway, { reasoning_effort: effort })).text();
    expect(lastBody().think).toBe(think);
  });

  it('has no word in completions of a prompt', async () => {
    ollama.answer(THOUGHTFUL);
    const stream = await readChatStream(
      await post(`${gateway.url}/v1/completions`, { model: 'phi3', prompt: 'Well?', stream: true }),
    );
    expect(stream.text).toBe('Yes.');
    expect(stream.frames.map(({ raw }) => raw).join('')).not.toContain('Hm');
  });
});
