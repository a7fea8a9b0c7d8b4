import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, post } from '../support/gateway-calls.js';
import { readAnswer, readError } from '../support/openai-schemas-bodies.js';
import { CHAT_COMPLETION, ERROR_BODY, TEXT_COMPLETION } from '../support/openai-schemas.js';
import { faultsOfChatStream, faultsOfCompletionStream } from '../support/openai-schemas-stream.js';
import { readChatStream } from '../support/sse.js';

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

const askCompletion = (body: object) =>
  post(`${gateway.url}/v1/completions`, { model: 'phi3', prompt: 'Once', ...body });

const ANSWER = { pieces: ['Hé', 'l"lo', '\n👋🏽'], evalCount: 4, promptEvalCount: 7, promptEvalCachedCount: 3 };
const TEXT = 'Hél"lo\n👋🏽';
const USAGE = {
  prompt_tokens: 7,
  completion_tokens: 4,
  total_tokens: 11,
  prompt_tokens_details: { cached_tokens: 3 },
  completion_tokens_details: { reasoning_tokens: 0 },
};

/** The text of each choice, by its number. */
function textsOf(chunks: Awaited<ReturnType<typeof readChatStream>>['chunks']): string[] {
  const texts: string[] = [];
  for (const { index, text, delta } of chunks.flatMap(({ choices = [] }) => choices)) {
    texts[index] = (texts[index] ?? '') + (text ?? delta?.content ?? '');
  }
  return texts;
}

describe('a whole chat completion', () => {
  it('has every key of the published shape, and says what was asked for and what it took', async () => {
    ollama.answer(ANSWER);
    const before = Math.floor(Date.now() / 1000);
    const response = await askChat(gateway);
    const body = await readAnswer(response);
    expect(CHAT_COMPLETION(body)).toEqual([]);
    expect(body.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/);
    expect(body.created).toBeGreaterThanOrEqual(before);
    expect(body.created).toBeLessThanOrEqual(Date.now() / 1000);
    expect(body).toMatchObject({ model: 'phi3', usage: USAGE, service_tier: 'default' });
    expect(body.choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: TEXT, refusal: null, annotations: [] },
        logprobs: null,
        finish_reason: 'stop',
      },
    ]);
  });

  it('says its id, its backend and its request in headers', async () => {
    ollama.answer(ANSWER);
    const response = await askChat(gateway, {}, { headers: { 'x-request-id': 'my.own-1' } });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('x-citadel-backend')).toBe('ollama');
    expect(response.headers.get('x-request-id')).toBe('my.own-1');
    expect(generationOf(response)).toBe((await readAnswer(response)).id);
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['load', 'stop'],
    ['', 'stop'],
    ['something new', 'stop'],
  ])('says of the reason "%s" that it is %s', async (doneReason, reason) => {
    ollama.answer({ ...ANSWER, doneReason });
    expect((await readAnswer(await askChat(gateway))).choices[0]?.finish_reason).toBe(reason);
  });

  it('has an empty text where the model said nothing', async () => {
    ollama.answer({ pieces: [], evalCount: 0, promptEvalCount: 0 });
    const body = await readAnswer(await askChat(gateway));
    expect(CHAT_COMPLETION(body)).toEqual([]);
    expect(body.choices[0]?.message.content).toBe('');
  });

  it('estimates the tokens the backend does not count, and says so', async () => {
    ollama.answer({ ...ANSWER, pieces: ['a', 'b'], evalCount: 0, promptEvalCount: 0 });
    const messages = [{ role: 'user', content: 'of about this length' }];
    const { usage } = await readAnswer(await askChat(gateway, { messages }));
    expect(usage).toMatchObject({
      prompt_tokens: 9,
      completion_tokens: 2,
      total_tokens: 11,
      estimated: true,
    });
  });

  it.each([2, 8])('has %i choices in order', async (n) => {
    for (let choice = 0; choice < n; choice++)
      ollama.answer({ pieces: ['a', 'b'], evalCount: 2, promptEvalCount: 5 });
    const body = await readAnswer(await askChat(gateway, { n }));
    expect(CHAT_COMPLETION(body)).toEqual([]);
    expect(body.choices.map(({ index }) => index)).toEqual([...Array(n).keys()]);
    expect(body.choices.map(({ message }) => message.content)).toEqual(Array(n).fill('ab'));
    expect(body.usage.completion_tokens).toBe(2 * n);
  });
});

describe('a streamed chat completion', () => {
  it('keeps every rule, without usage unless asked', async () => {
    ollama.answer(ANSWER);
    const stream = await readChatStream(await askChat(gateway, { stream: true }));
    expect(faultsOfChatStream(stream)).toEqual([]);
    expect(stream).toMatchObject({ text: TEXT, finishReason: 'stop', done: true });
    expect(stream.chunks[0]).toMatchObject({
      model: 'phi3',
      choices: [{ delta: { role: 'assistant', content: '' } }],
    });
  });

  it('says the usage in one more chunk where that was asked for', async () => {
    ollama.answer(ANSWER);
    const response = await askChat(gateway, { stream: true, stream_options: { include_usage: true } });
    const stream = await readChatStream(response);
    expect(faultsOfChatStream(stream, { includeUsage: true })).toEqual([]);
    expect(stream.usage).toEqual(USAGE);
    expect(generationOf(response)).toBe(stream.chunks[0]?.id);
  });

  it('is kept away from caches and proxies that collect', async () => {
    ollama.answer(ANSWER);
    const { headers, body } = await askChat(gateway, { stream: true });
    await body?.cancel();
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      'x-citadel-backend': 'ollama',
    });
  });

  it.each([1, 3, 8])('has %i choices, each with role, text and reason', async (n) => {
    for (let choice = 0; choice < n; choice++) ollama.answer(ANSWER);
    const stream = await readChatStream(
      await askChat(gateway, { n, stream: true, stream_options: { include_usage: true } }),
    );
    expect(faultsOfChatStream(stream, { choices: n, includeUsage: true })).toEqual([]);
    expect(textsOf(stream.chunks)).toEqual(Array(n).fill(TEXT));
    expect(stream.usage).toMatchObject({ completion_tokens: 4 * n });
  });

  it.each([
    ['chat completion', 'v1/chat/completions', { messages: [{ role: 'user', content: 'Hello' }] }],
    ['completion', 'v1/completions', { prompt: 'Once' }],
  ])('takes stream_options of a %s only together with stream', async (_what, path, body) => {
    const response = await post(`${gateway.url}/${path}`, {
      model: 'phi3',
      ...body,
      stream_options: { include_usage: true },
    });
    expect(response.status).toBe(400);
    const refusal = await readError(response);
    expect(ERROR_BODY(refusal)).toEqual([]);
    expect(refusal.error).toMatchObject({ type: 'invalid_request_error', param: 'stream_options' });
  });
});

describe('a completion of a prompt', () => {
  const byPrompt = () =>
    ollama.answer(({ body }) => ({ pieces: [`<${(body as { prompt: string }).prompt}`, '>'], evalCount: 2 }));

  it('has every key of the published shape', async () => {
    ollama.answer(ANSWER);
    const body = await readAnswer(await askCompletion({}));
    expect(TEXT_COMPLETION(body)).toEqual([]);
    expect(body.id).toMatch(/^cmpl-[0-9a-f]{32}$/);
    expect(body).toMatchObject({
      object: 'text_completion',
      model: 'phi3',
      choices: [{ text: TEXT, index: 0, logprobs: null, finish_reason: 'stop' }],
      usage: USAGE,
    });
  });

  it('streams in the same shape', async () => {
    ollama.answer(ANSWER);
    const stream = await readChatStream(
      await askCompletion({ stream: true, stream_options: { include_usage: true } }),
    );
    expect(faultsOfCompletionStream(stream, { includeUsage: true })).toEqual([]);
    expect(stream).toMatchObject({ text: TEXT, finishReason: 'stop', usage: USAGE });
  });

  it('has an answer for each prompt, and n of each, prompt by prompt', async () => {
    byPrompt();
    const body = await readAnswer(await askCompletion({ prompt: ['a', 'b'], n: 2 }));
    expect(TEXT_COMPLETION(body)).toEqual([]);
    expect(body.choices.map(({ text }) => text)).toEqual(['<a>', '<a>', '<b>', '<b>']);
  });

  it('streams them side by side', async () => {
    byPrompt();
    const stream = await readChatStream(
      await askCompletion({ prompt: ['a', 'b', 'c', 'd'], n: 2, stream: true }),
    );
    expect(faultsOfCompletionStream(stream, { choices: 8 })).toEqual([]);
    expect(textsOf(stream.chunks)).toEqual(['<a>', '<a>', '<b>', '<b>', '<c>', '<c>', '<d>', '<d>']);
  });

  it('repeats the prompt on wish, byte for byte', async () => {
    byPrompt();
    const prompt = ' \tdéf f():\n    ';
    const body = await readAnswer(await askCompletion({ prompt, echo: true }));
    expect(body.choices[0]?.text).toBe(`${prompt}<${prompt}>`);
  });
});
