import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { readChatStream } from '../support/sse.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' }, undefined, {
    signedIn: 'where needed',
  });
});

afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const ask = (body: object) =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'phi3', messages: [{ role: 'user', content: 'Hello' }], ...body }),
  });

describe('POST /v1/chat/completions', () => {
  it('streams each piece of the model as a chunk, and says the end', async () => {
    ollama.answer({ pieces: ['Hé', 'l"lo', '\n', '👋🏽'], evalCount: 4, promptEvalCount: 7 });
    const answer = await readChatStream(await ask({ stream: true }));
    expect(answer).toMatchObject({ text: 'Hél"lo\n👋🏽', finishReason: 'stop', done: true });
  });

  it('answers whole', async () => {
    ollama.answer({ pieces: ['Hé', 'l"lo'], evalCount: 2, promptEvalCount: 7 });
    const response = await ask({});
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      object: 'chat.completion',
      model: 'phi3',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hél"lo', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    });
  });
});

describe('what a request holds', () => {
  it('goes on record with every prompt, and each prompt’s tokens count', async () => {
    ollama.answer({ pieces: ['x'], evalCount: 1, promptEvalCount: 7 });
    const response = await fetch(`${gateway.url}/v1/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'phi3', prompt: ['a', 'b'], n: 2 }),
    });
    expect(await response.json()).toMatchObject({ usage: { prompt_tokens: 14, completion_tokens: 4 } });
    const { begin } = await gateway.storage.outcomeOf(response.headers.get('x-generation-id')!);
    expect(begin.inputs).toMatchObject([{ prompt: 'a' }, { prompt: 'b' }]);
  });

  it('may not be a model name that no model has, also for an agent with a model of its own', async () => {
    const response = await fetch(`${gateway.url}/api/v1/agent/p8-sim/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm'.repeat(10_000), messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(response.status).toBe(404);
  });
});
