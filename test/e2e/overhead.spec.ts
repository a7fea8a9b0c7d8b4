import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { generationOf, post } from '../support/gateway-calls.js';
import { authorizationOf } from '../support/sign-in.js';

const OVERHEAD = 'x-citadel-overhead-ms';
const CHAT = { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };
const VECTORS = { model: 'nomic-embed-text', input: 'Hello' };

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['Hi', '.'] });
  gateway = await createGateway({ OLLAMA_URL: ollama.origin });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

/** What it says, once its body has come. */
const said = async (answer: Promise<Response>): Promise<string | null> => {
  const response = await answer;
  await response.text();
  return response.headers.get(OVERHEAD);
};

describe('what the gateway adds to the time of an answer', () => {
  it.each<[string, string, object]>([
    ['a chat', '/v1/chat/completions', CHAT],
    ['a stream', '/v1/chat/completions', { ...CHAT, stream: true }],
    ['a completion', '/v1/completions', { model: 'phi3', prompt: 'Hello' }],
    ['a response', '/v1/responses', { model: 'phi3', input: 'Hello' }],
    ['a stream of a response', '/v1/responses', { model: 'phi3', input: 'Hello', stream: true }],
    ['a task', '/agent/generate', { agent_type: 'qa_engineer', task: 'Hello' }],
    ['vectors', '/v1/embeddings', VECTORS],
    ['vectors that are cached', '/v1/embeddings', VECTORS],
    ['vectors by the other path', '/api/v1/embeddings', VECTORS],
    ['vectors in the form of Ollama', '/api/embed', VECTORS],
    ['a vector in the form of Ollama', '/api/embeddings', { model: VECTORS.model, prompt: 'Hello' }],
    ['a refused one', '/v1/chat/completions', { ...CHAT, model: 'sim/words?die=0' }],
  ])('is said of %s', async (_what, path, body) => {
    const headers = await authorizationOf(gateway);
    expect(await said(post(gateway.url + path, body, { headers }))).toMatch(/^\d+\.\d$/);
  });

  it('is said of vectors that a model does not make, and not where none was asked', async () => {
    const path = `${gateway.url}/v1/embeddings`;
    ollama.embedScript((exchange) => exchange.respond(500, {}, '{"error":"out of memory"}'));
    expect(await said(post(path, { ...VECTORS, input: 'Broken' }))).toMatch(/^\d+\.\d$/);
    ollama.embedScript(undefined);
    expect(await said(post(path, { ...VECTORS, input: '' }))).toBeNull();
  });

  it('is not said to who comes later', async () => {
    const stream = await post(`${gateway.url}/v1/chat/completions`, { ...CHAT, stream: true });
    await stream.text();
    const again = `${gateway.url}/v1/generations/${generationOf(stream)}/stream?starting_after=0`;
    expect(await said(fetch(again))).toBeNull();
  });
});
