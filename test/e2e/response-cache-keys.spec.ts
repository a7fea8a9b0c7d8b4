import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { SeededRandom } from '../support/seeded-random.js';
import { askWhole, cacheUses } from '../support/whole-answers.js';

const CHAT = '/v1/chat/completions';
const COMPLETION = '/v1/completions';

let server: FakeOllama;
let gateway: TestGateway;
let texts = 0;
let made = 0;

/** A text nobody has asked for yet. */
const fresh = () => `Question ${++texts}, große 👋`;
const say = (content = fresh()) => ({ messages: [{ role: 'user', content }] });
const uses = (times: number, path: string, body: object, headers?: Record<string, string>) =>
  cacheUses(times, gateway, path, body, headers);

beforeAll(async () => {
  server = await new FakeOllama({ models: 'any' }).listen();
  // No two answers are the same.
  server.answer(() => ({ pieces: ['Answer', ` ${++made}`] }));
  const yaml = `
backends:
  - { name: other, kind: ollama, url: '${server.origin}' }
routes:
  - { model: moved, targets: [{ backend: other }] }`;
  const env = { OLLAMA_URL: server.origin, MODELS_ADMIT: 'any', RESPONSE_CACHE: 'on' };
  gateway = await createGateway(env, undefined, { yaml });
});
afterAll(async () => {
  await gateway.close();
  await server.close();
});

describe('another question', () => {
  const TOOL = { type: 'function', function: { name: 'weather', parameters: { type: 'object' } } };
  const SCHEMA = { name: 'a', schema: { type: 'object' } };
  const MUTATIONS: Readonly<Record<string, readonly unknown[]>> = {
    model: ['mixtral', 'phi3:latest', 'moved'],
    max_tokens: [50, 51],
    temperature: [0, 0.1, 2],
    top_p: [0.5, 1],
    n: [2, 3],
    stop: ['x', ['x', 'y'], ['xy']],
    seed: [0, 1, -1],
    frequency_penalty: [0.5, -0.5],
    presence_penalty: [0.5, -0.5],
    top_k: [1, 40],
    min_p: [0.1, 0.2],
    repetition_penalty: [1.1, 1.2],
    user: ['a', 'b'],
  };
  const OF_CHAT = {
    ...MUTATIONS,
    tools: [null, [TOOL, { ...TOOL, function: { name: 'time' } }]],
    tool_choice: ['none', 'auto'],
    parallel_tool_calls: [true, false],
    response_format: [{ type: 'json_object' }, { type: 'json_schema', json_schema: SCHEMA }],
    reasoning_effort: ['low', 'high'],
    chat_template_kwargs: [{ enable_thinking: false }, { enable_thinking: true }],
    messages: [
      [{ role: 'user', content: 'a' }],
      [{ role: 'user', content: 'a ' }],
      [{ role: 'user', content: 'a', name: 'me' }],
      [{ role: 'system', content: 'a' }],
      [{ role: 'user', content: [{ type: 'text', text: 'a' }] }],
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'b' },
        { role: 'user', content: 'c' },
      ],
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'bc' },
      ],
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: 'bc', reasoning_content: 'd' },
      ],
      [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }],
      [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAB' } }] }],
    ],
  };
  const OF_COMPLETION = {
    ...MUTATIONS,
    suffix: ['x', 'y'],
    echo: [true],
    prompt: ['a', 'b', ['a'], ['a', 'b'], ['ab']],
  };

  it.each([
    ['chat', CHAT, OF_CHAT, say],
    ['completion', COMPLETION, OF_COMPLETION, () => ({ prompt: fresh() })],
  ])('is one in which any parameter of a %s is another', async (_kind, path, mutations, plain) => {
    for (const [name, values] of Object.entries(mutations)) {
      const base = { tools: path === CHAT ? [TOOL] : undefined, ...plain() };
      expect(await uses(2, path, base)).toEqual(['miss', 'hit']);
      for (const value of values) {
        const asked = { ...base, [name]: value };
        expect([name, value, ...(await uses(2, path, asked))]).toEqual([name, value, 'miss', 'hit']);
      }
    }
  });

  it('is one by another agent, and by none', async () => {
    const question = say();
    const agent = { 'x-p8-agent': 'p8-research' };
    expect(await uses(2, CHAT, question)).toEqual(['miss', 'hit']);
    expect(await uses(2, CHAT, question, agent)).toEqual(['miss', 'hit']);
    expect(await uses(2, CHAT, question, { 'x-p8-agent': 'p8-analysis' })).toEqual(['miss', 'hit']);
  });

  it('never gets an answer that is not its own, whatever is asked in whatever order', async () => {
    const VALUES: Readonly<Record<string, readonly unknown[]>> = OF_CHAT;
    const random = new SeededRandom(11);
    const known = new Map<string, string | undefined>();
    const names = ['temperature', 'top_p', 'stop', 'seed', 'messages', 'max_tokens', 'user'];
    let hits = 0;
    for (let round = 0; round < 300; round++) {
      const question: Record<string, unknown> = { messages: OF_CHAT.messages[0] };
      for (const name of names) if (random.chance(0.25)) question[name] = random.pick(VALUES[name]!);
      const asked = JSON.stringify(Object.entries(question).sort());
      const given = await askWhole(gateway, CHAT, question);
      expect([given.cache, given.text]).toEqual(
        known.has(asked) ? ['hit', known.get(asked)] : ['miss', expect.any(String)],
      );
      if (known.has(asked)) hits++;
      known.set(asked, given.text);
    }
    expect(hits).toBeGreaterThan(50);
    expect(known.size).toBeGreaterThan(50);
  });
});
