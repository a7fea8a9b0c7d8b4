import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { askChat, post } from '../support/gateway-calls.js';
import { readChatStream } from '../support/sse.js';

const PIECES = ['<thi', 'nk>', '\n', 'Two ', 'and two.', '\n</', 'think>\n\n', 'Four', '.'];
const THOUGHT = 'Two and two.\n';
const SAID = 'Four.';

let server: FakeOpenAi;
let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  server = await new FakeOpenAi({ models: 'any' }).listen();
  ollama = await new FakeOllama({ models: 'any' }).listen();
  const yaml = `
backends:
  - { name: as-it-is, kind: ollama, url: '${ollama.origin}', think_tags: keep }
routes:
  - { model: org/*, targets: [{ backend: openai }] }
  - { model: kept, targets: [{ backend: as-it-is }] }`;
  const env = { OPENAI_BASE_URL: `${server.origin}/v1`, OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' };
  gateway = await createGateway(env, undefined, { yaml });
  server.answer({ pieces: PIECES });
  ollama.answer({ pieces: PIECES });
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([server.close(), ollama.close()]);
});

async function messageOf(model: string) {
  const body = (await (await askChat(gateway, { model })).json()) as {
    choices: { message: { content: string; reasoning_content?: string } }[];
  };
  return body.choices[0]!.message;
}

describe('thoughts that a model server leaves in the text', () => {
  it.each(['phi3', 'org/thinker'])('of %s are reasoning, whole and in a stream', async (model) => {
    expect(await messageOf(model)).toMatchObject({ content: SAID, reasoning_content: THOUGHT });
    const stream = await readChatStream(await askChat(gateway, { model, stream: true }));
    expect(stream).toMatchObject({ text: SAID, reasoning: THOUGHT, finishReason: 'stop', done: true });
  });

  it('stay where the settings want it', async () => {
    const { content, reasoning_content } = await messageOf('kept');
    expect([content, reasoning_content]).toEqual([PIECES.join(''), undefined]);
  });

  it.each(['phi3', 'org/thinker'])('stay in what %s completes', async (model) => {
    const response = await post(`${gateway.url}/v1/completions`, { model, prompt: 'So' });
    expect(await response.json()).toMatchObject({ choices: [{ text: PIECES.join('') }] });
  });

  it('are told as far as they came when the server fails in the middle of a tag', async () => {
    ollama.answer({ pieces: ['<thi'], error: 'out of memory' });
    const stream = await readChatStream(await askChat(gateway, { stream: true }));
    expect(stream.text).toBe('<thi');
    expect(stream.error).toMatchObject({ code: 'upstream_error' });
  });
});
