import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, jsonSchema, stepCountIs, streamText, tool } from 'ai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const CALL = { name: 'weather', arguments: { city: 'Bern' } };
const CITY = {
  type: 'object' as const,
  properties: { city: { type: 'string' as const } },
  required: ['city'],
};

describe('the AI SDK', () => {
  const model = () =>
    createOpenAICompatible({ name: 'citadel', baseURL: `${gateway.url}/v1`, includeUsage: true })('phi3');

  it('generateText gives text, reason and usage', async () => {
    ollama.answer({ pieces: ['Good', ' day.'], evalCount: 2, promptEvalCount: 3 });
    const result = await generateText({ model: model(), prompt: 'Hello' });
    expect(result).toMatchObject({ text: 'Good day.', finishReason: 'stop', warnings: [] });
    expect(result.usage).toMatchObject({ inputTokens: 3, outputTokens: 2, totalTokens: 5 });
  });

  it('generateText gives the reasoning beside the text', async () => {
    ollama.answer({ thinking: ['Hm', 'm.'], pieces: ['Yes.'] });
    const result = await generateText({ model: model(), prompt: 'Sure?' });
    expect([result.reasoningText, result.text]).toEqual(['Hmm.', 'Yes.']);
  });

  it('streamText gives reasoning, then text, and the usage at its end', async () => {
    ollama.answer({ thinking: ['Hm', 'm.'], pieces: ['Good', ' day.'], evalCount: 4, promptEvalCount: 3 });
    const { fullStream, usage } = streamText({ model: model(), prompt: 'Hello' });
    const parts: string[] = [];
    for await (const part of fullStream) {
      if (part.type === 'text-delta' || part.type === 'reasoning-delta')
        parts.push(`${part.type} ${part.text}`);
      if (part.type === 'error') throw part.error;
    }
    expect(parts).toEqual([
      'reasoning-delta Hm',
      'reasoning-delta m.',
      'text-delta Good',
      'text-delta  day.',
    ]);
    expect(await usage).toMatchObject({ inputTokens: 3, outputTokens: 4 });
  });

  it('streamText calls tools and goes on with what they say', async () => {
    ollama.answer({ pieces: [], toolCalls: [CALL, { ...CALL, arguments: { city: 'Zürich' } }] });
    ollama.answer({ pieces: ['Warm in both.'] });
    const asked: string[] = [];
    const weather = tool({
      inputSchema: jsonSchema<{ city: string }>(CITY),
      execute: ({ city }) => {
        asked.push(city);
        return '21 °C';
      },
    });
    const result = streamText({
      model: model(),
      prompt: 'Warm?',
      tools: { weather },
      stopWhen: stepCountIs(3),
    });
    expect(await result.text).toBe('Warm in both.');
    expect(asked).toEqual(['Bern', 'Zürich']);
    expect((await result.steps).map(({ finishReason }) => finishReason)).toEqual(['tool-calls', 'stop']);
  });

  it('a stream that is given up closes the connection to the model server', async () => {
    ollama.answer({ pieces: ['one', 'two'] });
    const gate = ollama.hold(1);
    const controller = new AbortController();
    const { textStream } = streamText({ model: model(), prompt: 'Hello', abortSignal: controller.signal });
    const reading = (async () => {
      for await (const text of textStream) if (text === 'one') controller.abort();
    })();
    const { connection } = await gate.reached;
    await reading;
    await withDeadline(connection.closed, { what: 'the end upstream' });
    expect(connection.closedBy).toBe('client');
  });

  it('a refusal tells its status and its words', async () => {
    const call = generateText({ model: model(), prompt: 'Hello', temperature: 9, maxRetries: 0 });
    await expect(call).rejects.toMatchObject({
      statusCode: 400,
      message: 'temperature must not be greater than 2',
    });
  });
});

describe('LangChain', () => {
  const model = (fields: object = {}) =>
    new ChatOpenAI({
      model: 'phi3',
      apiKey: 'unused',
      maxRetries: 0,
      configuration: { baseURL: `${gateway.url}/v1` },
      ...fields,
    });

  it('invoke gives the message and the usage', async () => {
    ollama.answer({ pieces: ['Good', ' day.'], evalCount: 2, promptEvalCount: 3 });
    const message = await model().invoke('Hello');
    expect(message.content).toBe('Good day.');
    expect(message.usage_metadata).toMatchObject({ input_tokens: 3, output_tokens: 2, total_tokens: 5 });
  });

  it('stream gives piece by piece', async () => {
    ollama.answer({ pieces: ['Good', ' day', '.'] });
    const pieces: unknown[] = [];
    for await (const { content } of await model().stream('Hello')) if (content !== '') pieces.push(content);
    expect(pieces).toEqual(['Good', ' day', '.']);
  });

  it.each(['invoke', 'stream'] as const)('bindTools calls them by %s', async (how) => {
    ollama.answer({ pieces: [], toolCalls: [CALL] });
    const bound = model().bindTools([{ type: 'function', function: { name: 'weather', parameters: CITY } }]);
    let calls: readonly { name: string; args: object }[] | undefined = [];
    if (how === 'invoke') calls = (await bound.invoke('Warm?')).tool_calls;
    else {
      let whole: Awaited<ReturnType<typeof bound.invoke>> | undefined;
      for await (const chunk of await bound.stream('Warm?')) whole = whole?.concat(chunk) ?? chunk;
      calls = whole?.tool_calls;
    }
    expect(calls).toMatchObject([{ name: 'weather', args: { city: 'Bern' } }]);
  });

  it('asks for structured answers', async () => {
    ollama.answer({ pieces: ['{"city":', '"Bern"}'] });
    const answer = await model()
      .withStructuredOutput(CITY, { name: 'place', method: 'jsonSchema' })
      .invoke('Where?');
    expect(answer).toEqual({ city: 'Bern' });
    expect(ollama.requests.at(-1)?.body).toMatchObject({ format: { type: 'object', required: ['city'] } });
  });

  it('a refusal tells its status', async () => {
    await expect(model({ temperature: 9 }).invoke('Hello')).rejects.toMatchObject({ status: 400 });
  });
});
