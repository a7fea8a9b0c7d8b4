import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { askChat, post } from '../support/gateway-calls.js';
import { readAnswer } from '../support/openai-schemas-bodies.js';
import { CHAT_COMPLETION } from '../support/openai-schemas.js';

const REFUSAL = ['I', ' can’t "do"', ' that.'];
const SAID = REFUSAL.join('');

let server: FakeOpenAi;
let gateway: TestGateway;
let client: OpenAI;

beforeAll(async () => {
  server = await new FakeOpenAi({ models: 'any' }).listen();
  server.answer({ refusal: REFUSAL });
  gateway = await createGateway({ OPENAI_BASE_URL: `${server.origin}/v1`, MODELS_ADMIT: 'any' });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 });
});
afterAll(async () => {
  await gateway.close();
  await server.close();
});

const ASKED = { model: 'phi3', messages: [{ role: 'user', content: 'Do it' }] } as const;

describe('a refusal of the model', () => {
  it('is one to the client, whole and in a stream', async () => {
    const body = await readAnswer(await askChat(gateway));
    expect(CHAT_COMPLETION(body)).toEqual([]);
    expect(body.choices[0]!.message).toMatchObject({ content: null, refusal: SAID });

    const stream = client.chat.completions.stream({ ...ASKED, messages: [...ASKED.messages] });
    const pieces: string[] = [];
    stream.on('refusal.delta', ({ delta }) => pieces.push(delta));
    const { message } = (await stream.finalChatCompletion()).choices[0]!;
    expect(pieces.join('')).toBe(SAID);
    expect(message.refusal).toBe(SAID);
  });

  it('is what the assistant said, on record and in the next turn', async () => {
    const { choices } = await client.chat.completions.create({ ...ASKED, messages: [...ASKED.messages] });
    const { message } = choices[0]!;
    expect(message).toMatchObject({ content: null, refusal: SAID });
    const record = gateway.storage.outcomes.at(-1)!;
    expect(record.answers()).toMatchObject([{ text: expect.stringContaining('that.') }]);
    await client.chat.completions.create({
      ...ASKED,
      messages: [...ASKED.messages, message, { role: 'user', content: 'Why?' }],
    });
    const { messages } = server.requests.findLast(({ method }) => method === 'POST')!.body as {
      messages: object[];
    };
    expect(messages[1]).toEqual({ role: 'assistant', content: SAID });
  });

  it('is one in a response, whole and in a stream, and what was said in the next', async () => {
    const { id, output } = await client.responses.create({ model: 'phi3', input: 'Do it' });
    const content = [{ type: 'refusal', refusal: SAID }];
    expect(output).toMatchObject([{ type: 'message', role: 'assistant', content }]);
    const stream = client.responses.stream({ model: 'phi3', input: 'Why?', previous_response_id: id });
    const pieces: string[] = [];
    stream.on('response.refusal.delta', ({ delta }) => pieces.push(delta));
    expect((await stream.finalResponse()).output).toMatchObject([{ content }]);
    expect(pieces.join('')).toBe(SAID);
    const { messages } = server.requests.findLast(({ method }) => method === 'POST')!.body as {
      messages: object[];
    };
    expect(messages[1]).toEqual({ role: 'assistant', content: SAID });
  });

  it('is text where there is no word for it', async () => {
    const gui = await post(`${gateway.url}/v1/gui/chat/completions?dialect=frames`, {
      ...ASKED,
      stream: true,
    });
    expect(await gui.text()).toContain(JSON.stringify(REFUSAL.at(-1)).slice(1, -1));
  });
});
