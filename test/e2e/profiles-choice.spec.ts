import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, post } from '../support/gateway-calls.js';
import { readChatStream } from '../support/sse.js';

const PIECES = Array.from({ length: 30 }, (_, i) => ` ${i}`);
const BODY = { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any', split: 'one-write' }).listen();
  ollama.answer({ pieces: PIECES });
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const askAgent = (query: string, body: object = {}): Promise<Response> =>
  post(`${gateway.url}/v1/agents/stream${query}`, { ...BODY, ...body });

/** The most pieces one frame has; the text must be whole. */
async function largestFrame(response: Response): Promise<number> {
  expect(response.status).toBe(200);
  const stream = await readChatStream(response);
  expect(stream).toMatchObject({ text: PIECES.join(''), done: true });
  const texts = stream.chunks.map(({ choices }) => choices?.[0]?.delta?.content ?? choices?.[0]?.text ?? '');
  return Math.max(...texts.map((text) => text.split(' ').length - 1));
}

const lastProfile = () => gateway.storage.begins.at(-1)!.profile;

describe('POST /v1/agents/stream', () => {
  it.each([
    ['?agent_type=voice', {}, 'voice', 1],
    ['?type=voice', {}, 'voice', 1],
    ['?agent_type=gui&type=voice', {}, 'gui', 10],
    ['', { agent_type: 'copilot' }, 'copilot', 5],
    ['', { type: 'gui' }, 'gui', 10],
    ['', {}, 'generic', 1],
    ['', { stream: false }, 'generic', 1],
    ['?agent_type=p8-research', {}, 'generic', 1],
  ])('takes the type from %s %j', async (query, body, profile, size) => {
    expect(await largestFrame(await askAgent(query, body))).toBe(size);
    expect(lastProfile()).toBe(profile);
  });

  it.each([
    '?agent_type=nobody',
    '?type=',
    '?agent_type=GUI',
    '?agent_type=constructor',
    '?type=gui&type=voice',
  ])('answers 400 to a type that does not exist: %s', async (query) => {
    const response = await askAgent(query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'unknown_agent', param: 'agent_type' } });
  });

  it('completes a prompt in the form of completions', async () => {
    const response = await post(`${gateway.url}/v1/agents/stream?type=gui`, { model: 'phi3', prompt: 'def' });
    const { chunks, text, done } = await readChatStream(response);
    expect([text, done]).toEqual([PIECES.join(''), true]);
    for (const { object } of chunks) expect(object).toBe('text_completion');
  });

  describe('overrides of the profile', () => {
    it.each([
      ['?chunk_size=7', {}, 7],
      ['', { chunk_size: 7 }, 7],
      ['?chunk_size=9', { chunk_size: 7 }, 9],
      ['?chunk_size=100&timeout=600&buffer_size=5000', {}, 30],
      ['', { chunk_size: 1, timeout: 1.5, buffer_size: 1 }, 1],
      ['?agent_type=p8-research&chunk_size=4', {}, 4],
      ['?agent_type=gui&chunk_size=4', {}, 4],
      ['?agent_type=copilot', { chunk_size: 2 }, 2],
      ['?type=voice&chunk_size=3', {}, 3],
    ])('are taken from %s %j', async (query, body, size) => {
      expect(await largestFrame(await askAgent(query, body))).toBe(size);
    });

    it.each([
      ['chunk_size', 0],
      ['chunk_size', 101],
      ['chunk_size', 2.5],
      ['chunk_size', -1],
      ['chunk_size', 'x'],
      ['timeout', 0],
      ['timeout', 0.5],
      ['timeout', 601],
      ['timeout', 'NaN'],
      ['buffer_size', 0],
      ['buffer_size', 5001],
      ['buffer_size', 1.5],
      ['buffer_size', ''],
    ])('answer 400 out of bounds, in the query and in the body: %s=%s', async (name, value) => {
      for (const response of [
        await askAgent(`?${name}=${value}`),
        await askAgent(`?agent_type=gui&${name}=${value}`),
        await askAgent('', { [name]: value }),
      ]) {
        expect(response.status).toBe(400);
        expect(await response.json()).toMatchObject({
          error: { type: 'invalid_request_error', param: name },
        });
      }
    });

    it.each(['', '&agent_type=voice'])(
      'end an answer that takes longer than its timeout: %s',
      async (type) => {
        const gate = ollama.hold(2);
        const asked = askAgent(`?timeout=1${type}`);
        const { request } = await gate.reached;
        const stream = await readChatStream(await asked);
        expect(stream).toMatchObject({
          text: ' 0 1',
          done: false,
          finishReason: null,
          error: { code: 'timeout' },
        });
        expect((await ollama.connectionClosed(request.connection)).closedBy).toBe('client');
      },
    );
  });
});

describe('the profile of POST /v1/chat/completions', () => {
  it.each([
    ['', {}, 'generic', 1],
    ['?profile=gui', {}, 'gui', 10],
    ['', { 'x-stream-profile': 'copilot' }, 'copilot', 5],
    ['?profile=gui', { 'x-stream-profile': 'voice' }, 'voice', 1],
    ['?profile=smooth', {}, 'smooth', 30],
  ])('is chosen by %s %j', async (query, headers, profile, size) => {
    const url = `${gateway.url}/v1/chat/completions${query}`;
    expect(await largestFrame(await post(url, { ...BODY, stream: true }, { headers }))).toBe(size);
    expect(lastProfile()).toBe(profile);
  });

  it.each([
    ['?profile=nope', {}],
    ['?profile=', {}],
    ['?profile=gui&profile=voice', {}],
    ['', { 'x-stream-profile': 'nope' }],
    ['?profile=gui', { 'x-stream-profile': 'toString' }],
  ])('answers 400 when there is none of this name: %s %j', async (query, headers) => {
    const response = await post(`${gateway.url}/v1/chat/completions${query}`, BODY, { headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_value', param: 'profile' } });
  });

  it('is ignored by a whole answer', async () => {
    const response = await askChat(gateway, {}, { headers: { 'x-stream-profile': 'gui' } });
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: PIECES.join('') } }] });
  });

  it('is fixed where the path names it', async () => {
    const url = `${gateway.url}/v1/voice/chat/completions?profile=gui`;
    expect(await largestFrame(await post(url, BODY))).toBe(1);
  });
});
