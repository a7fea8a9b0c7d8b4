import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeOpenAi } from './fake-openai.js';
import { DIALECTS } from './openai-dialect.js';
import { readChatStream } from './sse.js';

const CALLS = [
  { id: 'call_1', name: 'weather', arguments: '{"city":"Köln"}' },
  { id: 'call_2', name: 'time', arguments: '{}' },
];

describe(FakeOpenAi.name, () => {
  let openAi: FakeOpenAi;

  beforeEach(async () => {
    openAi = await new FakeOpenAi({ apiKey: 'sk-right' }).listen();
  });
  afterEach(() => openAi.close());

  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${openAi.origin}/v1${path}`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk-right' },
      body: JSON.stringify({ model: 'fake-model', messages: [], ...body }),
    });
  const stream = (body: object = {}): Promise<Response> =>
    post('/chat/completions', { stream: true, stream_options: { include_usage: true }, ...body });

  it.each(Object.entries(DIALECTS))('says the same in the dialect %s', async (_name, dialect) => {
    openAi.dialect = { ...dialect, toolCallIndex: true };
    openAi.answer({ reasoning: ['let me ', 'see'], pieces: ['Hé', 'llo'], toolCalls: CALLS });

    const said = await readChatStream(await stream());

    expect(said).toMatchObject({
      text: 'Héllo',
      reasoning: 'let me see',
      toolCalls: CALLS,
      finishReason: 'tool_calls',
      usage: { prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
      done: dialect.done,
      leftover: '',
      broken: undefined,
    });
    expect(new Set(said.chunks.map((chunk) => chunk.id)).size).toBe(1);
  });

  it('writes the bytes of a plain stream', async () => {
    openAi.dialect = { ...DIALECTS.llamaCpp, lineEnd: '\r\n' };
    openAi.answer({ pieces: ['Hi'] });

    const { frames } = await readChatStream(await stream({ stream_options: undefined }));

    const start =
      '{"id":"chatcmpl-fake1","object":"chat.completion.chunk","created":1767323046,"model":"fake-model","system_fingerprint":"fp_fake"';
    const choice = (delta: string, reason: string): string =>
      `data: ${start},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${reason}}]}\r\n\r\n`;
    expect(frames.map((frame) => frame.raw)).toEqual([
      choice('{"role":"assistant","content":null}', 'null'),
      choice('{"content":"Hi"}', 'null'),
      choice('{}', '"stop"'),
      'data: [DONE]\r\n\r\n',
    ]);
  });

  it('reports an error in mid-stream', async () => {
    openAi.dialect = DIALECTS.vllm;
    openAi.answer({ pieces: ['par'], error: 'engine died' });

    expect(await readChatStream(await stream())).toMatchObject({
      text: 'par',
      error: { message: 'engine died', code: 500 },
      finishReason: null,
      done: true,
    });
  });

  it('answers whole, completes text, lists models, and wants its key', async () => {
    openAi.answer({ pieces: ['a', 'b'], finishReason: 'length' });

    const chat = await post('/chat/completions', {});
    const text = await readChatStream(await post('/completions', { stream: true, prompt: 'x' }));
    const models = await fetch(`${openAi.origin}/v1/models`, {
      headers: { authorization: 'Bearer sk-right' },
    });
    const stranger = await fetch(`${openAi.origin}/v1/models`);

    expect(await chat.json()).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant', content: 'ab' }, finish_reason: 'length' }],
    });
    expect(text).toMatchObject({ text: 'ab', finishReason: 'length', done: true });
    expect(text.chunks[0]).toMatchObject({ object: 'text_completion' });
    expect(await models.json()).toMatchObject({ data: [{ id: 'fake-model' }, { id: 'org/fake-model:1' }] });
    expect(stranger.status).toBe(401);
  });
});
