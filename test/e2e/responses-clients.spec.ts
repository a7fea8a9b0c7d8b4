import { ChatOpenAI } from '@langchain/openai';
import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from 'openai';
import type { ResponseInputItem, ResponseStreamEvent } from 'openai/resources/responses/responses';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { strikeAfter } from '../support/fault-scripts.js';
import { resetBreakers } from '../support/gateway-calls.js';

let ollama: FakeOllama;
let gateway: TestGateway;
let client: OpenAI;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const ASK = { model: 'phi3', input: 'Hello' };
const CITY = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const WEATHER = { type: 'function' as const, name: 'weather', parameters: CITY, strict: true };
const CALL = { name: 'weather', arguments: { city: 'Bern' } };

const textOf = (events: readonly ResponseStreamEvent[]) =>
  events.map((event) => (event.type === 'response.output_text.delta' ? event.delta : '')).join('');

describe('the openai client', () => {
  it('create gives the text, the usage and the request id', async () => {
    ollama.answer({ pieces: ['Good', ' day.'], evalCount: 2, promptEvalCount: 3 });
    const response = await client.responses.create(ASK);
    expect(response.output_text).toBe('Good day.');
    expect(response.usage).toMatchObject({ input_tokens: 3, output_tokens: 2, total_tokens: 5 });
    expect(response._request_id).toMatch(/^req_/);
    expect(await client.responses.retrieve(response.id)).toMatchObject({ output_text: 'Good day.' });
  });

  it('create with stream is iterated event by event', async () => {
    ollama.answer({ pieces: ['Good', ' day', '.'] });
    const said: string[] = [];
    for await (const event of await client.responses.create({ ...ASK, stream: true }))
      if (event.type === 'response.output_text.delta') said.push(event.delta);
    expect(said).toEqual(['Good', ' day', '.']);
  });

  it('the stream helper puts the response together', async () => {
    ollama.answer({ thinking: ['Hm', 'm.'], pieces: ['Good', ' day.'], toolCalls: [CALL] });
    const stream = client.responses.stream({ ...ASK, tools: [WEATHER] });
    let text = '';
    stream.on('response.output_text.delta', ({ snapshot }) => (text = snapshot));
    const response = await stream.finalResponse();
    expect([text, response.output_text]).toEqual(['Good day.', 'Good day.']);
    expect(response.output).toMatchObject([
      { type: 'reasoning', content: [{ text: 'Hmm.' }] },
      { type: 'message' },
      { type: 'function_call', name: 'weather', parsed_arguments: { city: 'Bern' } },
    ]);
  });

  it('parse gives structured answers', async () => {
    ollama.answer({ pieces: ['{"city":', '"Bern"}'] });
    const response = await client.responses.parse({
      ...ASK,
      text: { format: { type: 'json_schema', name: 'place', schema: CITY, strict: true } },
    });
    expect(response.output_parsed).toEqual({ city: 'Bern' });
    expect(ollama.requests.at(-1)?.body).toMatchObject({ format: { required: ['city'] } });
  });

  it('tools are called and told what they gave, with the output given back as it came', async () => {
    ollama.answer({ thinking: ['Hm.'], pieces: [], toolCalls: [CALL] });
    const first = await client.responses.create({ ...ASK, tools: [WEATHER] });
    const calls = first.output.filter((item) => item.type === 'function_call');
    ollama.answer({ pieces: ['21 °C in Bern.'] });
    const second = await client.responses.create({
      ...ASK,
      tools: [WEATHER],
      input: [
        { role: 'user', content: 'Warm?' },
        ...(first.output as ResponseInputItem[]),
        ...calls.map(({ call_id }) => ({
          type: 'function_call_output' as const,
          call_id,
          output: '21 °C',
        })),
      ],
    });
    expect(second.output_text).toBe('21 °C in Bern.');
    expect(ollama.requests.at(-1)?.body).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'tool', content: '21 °C' }],
    });
  });

  it('a conversation goes on by previous_response_id', async () => {
    ollama.answer({ pieces: ['Hi Ada.'] });
    const first = await client.responses.create({ ...ASK, input: 'I am Ada.' });
    ollama.answer({ pieces: ['Ada.'] });
    await client.responses.create({ ...ASK, input: 'Who am I?', previous_response_id: first.id });
    expect(ollama.requests.at(-1)?.body).toMatchObject({
      messages: [{ content: 'I am Ada.' }, { content: 'Hi Ada.' }, { content: 'Who am I?' }],
    });
  });

  it('a background stream is taken up where it was left, and nothing is lost', async () => {
    const model = 'sim/unicode?seed=2&tokens=80&tps=500';
    const events: ResponseStreamEvent[] = [];
    for await (const event of await client.responses.create({
      model,
      input: 'Hello',
      stream: true,
      background: true,
    })) {
      events.push(event);
      if (event.sequence_number === 20) break;
    }
    const [created] = events;
    const id = created?.type === 'response.created' ? created.response.id : '';
    for (const until of [21, 50, Infinity]) {
      const starting_after = events.at(-1)!.sequence_number;
      for await (const event of await client.responses.retrieve(id, { stream: true, starting_after })) {
        events.push(event);
        if (event.sequence_number === until) break;
      }
    }
    expect(events.map(({ sequence_number: number }) => number)).toEqual([...events.keys()]);
    expect(events.at(-1)?.type).toBe('response.completed');
    expect(textOf(events)).toBe((await client.responses.retrieve(id)).output_text);
  });

  it('cancel, delete, inputItems and inputTokens do what they say', async () => {
    ollama.answer({ pieces: ['one', 'two'] });
    const gate = ollama.hold(1);
    const begun = await client.responses.create({ ...ASK, background: true });
    expect(begun.status).toBe('in_progress');
    const { connection } = await gate.reached;
    expect(await client.responses.cancel(begun.id)).toMatchObject({ status: 'cancelled' });
    expect((await connection.closed).closedBy).toBe('client');

    const asked: unknown[] = [];
    for await (const item of client.responses.inputItems.list(begun.id, { limit: 1, order: 'asc' }))
      asked.push(item);
    expect(asked).toMatchObject([{ role: 'user', content: [{ type: 'input_text', text: 'Hello' }] }]);
    expect((await client.responses.inputTokens.count(ASK)).input_tokens).toBeGreaterThan(1);

    await client.responses.delete(begun.id);
    await expect(client.responses.retrieve(begun.id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('inputItems goes through all pages', async () => {
    ollama.answer({ pieces: ['one'] });
    const input = Array.from({ length: 7 }, (_, index) => ({
      role: 'user' as const,
      content: `item ${index}`,
    }));
    const { id } = await client.responses.create({ ...ASK, input });
    let count = 0;
    for await (const item of client.responses.inputItems.list(id, { limit: 3 }))
      expect(item).toMatchObject({ content: [{ text: `item ${6 - count++}` }] });
    expect(count).toBe(7);
  });

  it('breaking out of the loop closes the connection to the model server', async () => {
    ollama.answer({ pieces: ['one', 'two'] });
    const gate = ollama.hold(1);
    for await (const event of await client.responses.create({ ...ASK, stream: true }))
      if (event.type === 'response.output_text.delta') break;
    const { connection } = await gate.reached;
    await withDeadline(connection.closed, { what: 'the end upstream' });
    expect(connection.closedBy).toBe('client');
  });

  it('giving up on a whole response does as well', async () => {
    ollama.answer({ pieces: ['one'] });
    const gate = ollama.hold(0);
    const controller = new AbortController();
    const response = client.responses.create(ASK, { signal: controller.signal });
    const { connection } = await gate.reached;
    controller.abort();
    await expect(response).rejects.toBeInstanceOf(APIUserAbortError);
    await withDeadline(connection.closed, { what: 'the end upstream' });
    expect(connection.closedBy).toBe('client');
  });

  it('hears that a response failed in its middle', async () => {
    strikeAfter(ollama, (exchange) => exchange.connection.destroy(), { afterPieces: 1 });
    const events: ResponseStreamEvent[] = [];
    const loop = async () => {
      for await (const event of await client.responses.create({ ...ASK, stream: true })) events.push(event);
    };
    await expect(loop()).rejects.toMatchObject({ code: 'upstream_incomplete', type: 'upstream_error' });
    expect(events.at(-1)).toMatchObject({ type: 'response.output_text.delta' });
    resetBreakers(gateway);
  });

  it('a refusal names the parameter', async () => {
    const refused = client.responses.create({ ...ASK, tools: [{ type: 'web_search' }] });
    await expect(refused).rejects.toBeInstanceOf(BadRequestError);
    await expect(refused).rejects.toMatchObject({ code: 'unsupported_parameter', param: 'tools[0].type' });
  });
});

describe('LangChain', () => {
  const model = () =>
    new ChatOpenAI({
      model: 'phi3',
      apiKey: 'unused',
      maxRetries: 0,
      useResponsesApi: true,
      configuration: { baseURL: `${gateway.url}/v1` },
    });

  it('hears that a response failed in its middle', async () => {
    strikeAfter(ollama, (exchange) => exchange.connection.destroy(), { afterPieces: 1 });
    const loop = async () => {
      for await (const { text } of await model().stream('Hello')) expect(text).toBeTypeOf('string');
    };
    await expect(loop()).rejects.toThrow('broke off');
    resetBreakers(gateway);
  });

  it('invoke gives the message, its thoughts and the usage', async () => {
    ollama.answer({ pieces: ['Good', ' day.'], evalCount: 2, promptEvalCount: 3 });
    const message = await model().invoke('Hello');
    expect(message.text).toBe('Good day.');
    expect(message.usage_metadata).toMatchObject({ input_tokens: 3, output_tokens: 2, total_tokens: 5 });
  });

  it('stream gives piece by piece', async () => {
    ollama.answer({ pieces: ['Good', ' day', '.'] });
    const pieces: string[] = [];
    for await (const { text } of await model().stream('Hello')) if (text !== '') pieces.push(text);
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
});
