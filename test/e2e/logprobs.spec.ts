import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fromWireText } from '../../src/contracts/wire-text.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { fakeLogprob } from '../support/fake-logprobs.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { askChat, generationOf, post } from '../support/gateway-calls.js';
import { readAnswer, readError } from '../support/openai-schemas-bodies.js';
import { CHAT_COMPLETION, TEXT_COMPLETION } from '../support/openai-schemas.js';
import { faultsOfChatStream, faultsOfCompletionStream } from '../support/openai-schemas-stream.js';
import { readChatStream, type ChatStream } from '../support/sse.js';

const PIECES = ['Hé', 'l"lo', '\n👋🏽'];
const TEXT = PIECES.join('');
/** By Ollama, and by a server that speaks as OpenAI does. */
const MODELS = ['phi3', 'org/model'];

let ollama: FakeOllama;
let server: FakeOpenAi;
let gateway: TestGateway;
let client: OpenAI;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  server = await new FakeOpenAi({ models: 'any' }).listen();
  const yaml = `
routes:
  - { model: org/*, targets: [{ backend: openai }] }`;
  const env = { OPENAI_BASE_URL: `${server.origin}/v1`, OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
  gateway = await createGateway({ ...env, RESPONSE_CACHE: 'deterministic' }, undefined, { yaml });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
  ollama.answer({ pieces: PIECES });
  server.answer({ pieces: PIECES });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([ollama.close(), server.close()]);
});

const expected = (alternatives: number) => PIECES.map((piece) => fakeLogprob(piece, alternatives));
const complete = (body: object) =>
  post(`${gateway.url}/v1/completions`, { model: 'phi3', prompt: 'So', ...body });

interface Scored {
  readonly index: number;
  readonly logprobs: { readonly content: object[] } | null;
}

const scoresOf = ({ chunks }: ChatStream, choice = 0): object[] =>
  (chunks as unknown as { choices: Scored[] }[])
    .flatMap(({ choices }) => choices)
    .flatMap(({ index, logprobs }) => (index === choice ? (logprobs?.content ?? []) : []));

describe.each(MODELS)('log probabilities of the answers of %s', (model) => {
  it('come with a whole answer, as many as were asked for', async () => {
    for (const top_logprobs of [undefined, 0, 1, 2]) {
      const response = await askChat(gateway, { model, logprobs: true, top_logprobs });
      const body = await readAnswer(response);
      expect(CHAT_COMPLETION(body)).toEqual([]);
      expect(body.choices).toMatchObject([
        { message: { content: TEXT }, logprobs: { content: expected(top_logprobs ?? 0), refusal: null } },
      ]);
      expect(response.headers.get('x-ignored-parameters')).toBeNull();
    }
    for (const logprobs of [undefined, null, false])
      expect(await readAnswer(await askChat(gateway, { model, logprobs }))).toMatchObject({
        choices: [{ logprobs: null }],
      });
  });

  it('come with the pieces of a stream, whatever its profile', async () => {
    for (const profile of ['voice', 'gui', 'copilot', 'smooth']) {
      const response = await askChat(
        gateway,
        { model, stream: true, logprobs: true, top_logprobs: 2 },
        { headers: { 'x-stream-profile': profile } },
      );
      const stream = await readChatStream(response);
      expect(faultsOfChatStream(stream)).toEqual([]);
      expect(stream).toMatchObject({ text: TEXT, finishReason: 'stop', done: true });
      expect(scoresOf(stream)).toEqual(expected(2));
    }
  });

  it('come with a completion of a prompt, whole and in a stream, with their places in the text', async () => {
    const lists = {
      tokens: PIECES,
      token_logprobs: expected(0).map(({ logprob }) => logprob),
      top_logprobs: PIECES.map((piece) => ({ [piece]: -piece.length / 8 })),
      text_offset: [0, 2, 6],
    };
    const body = await readAnswer(await complete({ model, logprobs: 1 }));
    expect(TEXT_COMPLETION(body)).toEqual([]);
    expect(body.choices).toMatchObject([{ text: TEXT, logprobs: lists }]);
    const after = await readAnswer(await complete({ model, logprobs: 0, echo: true }));
    expect(after.choices).toMatchObject([
      { text: `So${TEXT}`, logprobs: { ...lists, top_logprobs: null, text_offset: [2, 4, 8] } },
    ]);
    const stream = await readChatStream(await complete({ model, logprobs: 1, stream: true }));
    expect(faultsOfCompletionStream(stream)).toEqual([]);
    const said = (stream.chunks as unknown as { choices: { logprobs: typeof lists | null }[] }[]).flatMap(
      ({ choices }) => choices.flatMap(({ logprobs }) => (logprobs === null ? [] : [logprobs])),
    );
    for (const list of ['tokens', 'token_logprobs', 'top_logprobs', 'text_offset'] as const)
      expect(said.flatMap((each) => each[list] as unknown[])).toEqual(lists[list]);
  });

  it('come with a response, whole, in a stream and when it is read again', async () => {
    const asked = {
      model,
      input: 'Hello',
      include: ['message.output_text.logprobs' as const],
      top_logprobs: 2,
    };
    const whole = await client.responses.create(asked);
    expect(whole).toMatchObject({ top_logprobs: 2, output_text: TEXT });
    expect(whole.output).toMatchObject([{ content: [{ text: TEXT, logprobs: expected(2) }] }]);
    expect(await client.responses.retrieve(whole.id)).toMatchObject({ output: whole.output });
    const said: unknown[] = [];
    for await (const event of await client.responses.create({ ...asked, stream: true }))
      if (event.type === 'response.output_text.delta') said.push(...event.logprobs);
    expect(said).toEqual(expected(2));
  });
});

describe('log probabilities', () => {
  it('are put together by the official client', async () => {
    const stream = client.chat.completions.stream({
      model: 'phi3',
      messages: [{ role: 'user', content: 'Hello' }],
      logprobs: true,
      top_logprobs: 1,
    });
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]!.logprobs?.content).toEqual(expected(1));
    expect(choices[0]!.message.content).toBe(TEXT);
  });

  it('are told for each of several answers', async () => {
    const asked = { n: 2, logprobs: true, top_logprobs: 1 };
    const whole = await readAnswer(await askChat(gateway, asked));
    expect(whole.choices).toMatchObject([0, 1].map(() => ({ logprobs: { content: expected(1) } })));
    const stream = await readChatStream(await askChat(gateway, { ...asked, stream: true }));
    expect([scoresOf(stream, 0), scoresOf(stream, 1)]).toEqual([expected(1), expected(1)]);
  });

  it('are not on record: what was said is', async () => {
    await askChat(gateway, { logprobs: true }).then(readAnswer);
    const answers = gateway.storage.outcomes.at(-1)!.answers();
    expect(answers.map(({ text }) => fromWireText(text))).toEqual([TEXT]);
    expect(Object.keys(answers[0]!)).toEqual(['text']);
  });

  it('are of the answers that are kept, and of those that are given again', async () => {
    const kept = { logprobs: true, top_logprobs: 2, seed: 5, temperature: 0 };
    const answers = [];
    for (const cache of ['miss', 'hit']) {
      const response = await askChat(gateway, kept);
      expect(response.headers.get('x-cache')).toBe(cache);
      answers.push((await readAnswer(response)).choices);
    }
    expect(answers[1]).toEqual(answers[0]);
    const bare = await askChat(gateway, { seed: 5, temperature: 0 });
    expect(bare.headers.get('x-cache')).toBe('miss');
    const again = () =>
      askChat(gateway, { stream: true, logprobs: true }, { headers: { 'idempotency-key': 'scored' } });
    const [first, second] = [await readChatStream(await again()), await readChatStream(await again())];
    expect(scoresOf(second)).toEqual(expected(0));
    expect(second.chunks).toEqual(first.chunks);
  });

  it('are there for who comes back in the middle', async () => {
    const response = await askChat(
      gateway,
      { stream: true, logprobs: true },
      { headers: { 'x-stream-profile': 'voice' } },
    );
    await readChatStream(response);
    const rest = await fetch(
      `${gateway.url}/v1/generations/${generationOf(response)}/stream?starting_after=0&profile=voice`,
    );
    expect(scoresOf(await readChatStream(rest))).toEqual(expected(0).slice(1));
  });

  it('are left out, and said to be, where a stream has no place for them', async () => {
    const response = await askChat(
      gateway,
      { stream: true, logprobs: true, top_logprobs: 1 },
      { headers: { 'x-stream-dialect': 'ui-message' } },
    );
    await response.body?.cancel();
    expect(response.headers.get('x-ignored-parameters')).toBe('logprobs, top_logprobs');
    expect(ollama.requests.at(-1)?.body).not.toHaveProperty('logprobs');
  });

  it.each([
    ['/v1/chat/completions', { messages: [{ role: 'user', content: 'a' }], top_logprobs: 1 }, 'top_logprobs'],
    [
      '/v1/chat/completions',
      { messages: [{ role: 'user', content: 'a' }], logprobs: true, top_logprobs: 21 },
      'top_logprobs',
    ],
    ['/v1/chat/completions', { messages: [{ role: 'user', content: 'a' }], logprobs: 3 }, 'logprobs'],
    ['/v1/completions', { prompt: 'a', logprobs: true }, 'logprobs'],
    ['/v1/completions', { prompt: 'a', logprobs: -1 }, 'logprobs'],
    ['/v1/responses', { input: 'a', top_logprobs: 21 }, 'top_logprobs'],
  ])('are refused by %s where they are asked for wrongly: %j', async (path, body, param) => {
    const response = await post(`${gateway.url}${path}`, { model: 'phi3', ...body });
    expect(response.status).toBe(400);
    expect(await readError(response)).toMatchObject({ error: { param } });
  });
});
