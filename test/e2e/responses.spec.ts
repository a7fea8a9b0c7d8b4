import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { withDeadline } from '../support/eventually.js';
import { strikeAfter } from '../support/fault-scripts.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { generationOf, post, resetBreakers } from '../support/gateway-calls.js';
import { readError } from '../support/openai-schemas-bodies.js';
import { ERROR_BODY } from '../support/openai-schemas.js';
import { RESPONSE } from '../support/response-schemas.js';
import {
  faultsOfResponseStream,
  joined,
  readResponseStream,
  type ResponseBody,
} from '../support/response-stream.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway(
    { LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' },
    undefined,
    { signedIn: 'where needed' },
  );
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const ask = (body: object = {}, init?: RequestInit) =>
  post(`${gateway.url}/v1/responses`, { model: 'phi3', input: 'Hello', ...body }, init);
const askWhole = async (body: object = {}) => (await (await ask(body)).json()) as ResponseBody;
const lastBody = () => ollama.requests.at(-1)?.body as Record<string, unknown>;

const ANSWER = { pieces: ['Hé', 'l"lo', '\n👋🏽'], evalCount: 4, promptEvalCount: 7, promptEvalCachedCount: 3 };
const TEXT = 'Hél"lo\n👋🏽';
const WEATHER = {
  type: 'function',
  name: 'weather',
  description: 'Tells the weather.',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: true,
};
const USAGE = {
  input_tokens: 7,
  input_tokens_details: { cached_tokens: 3, cache_write_tokens: 0 },
  output_tokens: 4,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 11,
};

describe('a whole response', () => {
  it('has every key of the published shape, and says what was asked for and what it took', async () => {
    ollama.answer(ANSWER);
    const response = await ask({ metadata: { order: '7' }, user: 'ada', instructions: 'Be brief.' });
    const body = (await response.json()) as ResponseBody;
    expect(RESPONSE(body)).toEqual([]);
    expect(body).toMatchObject({
      id: expect.stringMatching(/^resp_[0-9a-f]{32}$/),
      status: 'completed',
      model: 'phi3',
      instructions: 'Be brief.',
      metadata: { order: '7' },
      user: 'ada',
      store: true,
      background: false,
      temperature: 0.7,
      top_p: 1,
      usage: USAGE,
      output: [
        {
          id: expect.stringMatching(/^msg_/),
          type: 'message',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: TEXT, annotations: [], logprobs: [] }],
        },
      ],
    });
    expect(generationOf(response)).toBe(body.id);
    expect(response.headers.get('x-citadel-backend')).toBe('ollama');
    expect(gateway.storage.begins.at(-1)).toMatchObject({
      id: body.id,
      kind: 'chat',
      route: '/v1/responses',
    });
  });

  it.each([
    ['length', 'incomplete', { reason: 'max_output_tokens' }, 'incomplete'],
    ['stop', 'completed', null, 'completed'],
  ])('whose model ended by %s is %s', async (doneReason, status, details, item) => {
    ollama.answer({ ...ANSWER, doneReason });
    const body = await askWhole({ max_output_tokens: 4 });
    expect(RESPONSE(body)).toEqual([]);
    expect(body).toMatchObject({ status, incomplete_details: details, output: [{ status: item }] });
    expect(lastBody()).toMatchObject({ options: { num_predict: 4 } });
  });

  it('is as long as the model likes, unless somebody says how long', async () => {
    ollama.answer(ANSWER);
    expect(await askWhole()).toMatchObject({ status: 'completed', max_output_tokens: null });
    expect(lastBody()).not.toHaveProperty('options.num_predict');
    const body = await askWhole({ model: 'sim/words?tokens=2500' });
    expect(body).toMatchObject({ status: 'completed', usage: { output_tokens: 2500 } });
  });

  it('has reasoning, text and calls as items', async () => {
    ollama.answer({
      thinking: ['Hm', 'm.'],
      pieces: ['Let me see.'],
      toolCalls: [
        { name: 'weather', arguments: { city: 'Bern' } },
        { name: 'weather', arguments: { city: 'Zürich' } },
      ],
    });
    const body = await askWhole({ tools: [WEATHER] });
    expect(RESPONSE(body)).toEqual([]);
    expect(body.output).toMatchObject([
      { type: 'reasoning', content: [{ type: 'reasoning_text', text: 'Hmm.' }] },
      { type: 'message', content: [{ text: 'Let me see.' }] },
      { type: 'function_call', name: 'weather', arguments: '{"city":"Bern"}', status: 'completed' },
      { type: 'function_call', name: 'weather', arguments: '{"city":"Zürich"}' },
    ]);
    expect(new Set(body.output.map(({ id }) => id)).size).toBe(4);
    expect(body).toMatchObject({ status: 'completed', tools: [WEATHER], tool_choice: 'auto' });
  });

  it('that fails before anything came is an HTTP error', async () => {
    ollama.script((exchange) =>
      exchange.respond(500, { 'Content-Type': 'application/json' }, '{"error":"no"}'),
    );
    const response = await ask();
    expect(response.status).toBe(502);
    expect((await readError(response)).error).toMatchObject({ code: 'upstream_error' });
    resetBreakers(gateway);
  });

  it('is given under /api/v1 as well, where the model may be left out', async () => {
    ollama.answer(ANSWER);
    const response = await post(`${gateway.url}/api/v1/responses`, { input: 'Hello' });
    const body = (await response.json()) as ResponseBody;
    expect(RESPONSE(body)).toEqual([]);
    expect(gateway.storage.begins.at(-1)).toMatchObject({ id: body.id, route: '/api/v1/responses' });
  });
});

describe('what the model is told', () => {
  it('is the same as a chat would tell it', async () => {
    ollama.answer(ANSWER);
    await ask({
      instructions: 'Be brief.',
      input: [
        { role: 'developer', content: 'Be kind.' },
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'low' },
          ],
        },
        { type: 'reasoning', id: 'rs_1', summary: [], content: [] },
        {
          type: 'message',
          id: 'msg_1',
          status: 'completed',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'Let me ask.', annotations: [], logprobs: [] }],
        },
        { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Bern"}' },
        { type: 'function_call', call_id: 'call_2', name: 'weather', arguments: '{"city":"Chur"}' },
        { type: 'function_call_output', call_id: 'call_1', output: '21 °C' },
        { type: 'function_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: '12 °C' }] },
      ],
      temperature: 0,
      top_p: 0.5,
      tools: [WEATHER],
      reasoning: { effort: 'low' },
      text: { format: { type: 'json_schema', name: 'place', schema: { type: 'object' } } },
    });
    expect(lastBody()).toMatchObject({
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'What is this?', images: ['iVBORw0KGgo='] },
        {
          role: 'assistant',
          content: 'Let me ask.',
          tool_calls: [
            { function: { name: 'weather', arguments: { city: 'Bern' } } },
            { function: { name: 'weather', arguments: { city: 'Chur' } } },
          ],
        },
        { role: 'tool', tool_name: 'weather', content: '21 °C' },
        { role: 'tool', tool_name: 'weather', content: '12 °C' },
      ],
      options: { temperature: 0, top_p: 0.5 },
      format: { type: 'object' },
      think: 'low',
      tools: [{ type: 'function', function: { name: 'weather' } }],
    });
  });
});

describe('images that tools gave', () => {
  const image = (data: string) => ({ type: 'input_image', image_url: `data:image/png;base64,${data}` });
  const call = (call_id: string) => ({ type: 'function_call', call_id, name: 'look', arguments: '{}' });
  const gave = (call_id: string, output: unknown) => ({ type: 'function_call_output', call_id, output });

  it('are shown by the user, after all outputs of what was called together', async () => {
    ollama.answer(ANSWER);
    await ask({
      input: [
        { role: 'user', content: 'Look.' },
        call('call_1'),
        call('call_2'),
        gave('call_1', [{ type: 'input_text', text: 'Here:' }, image('AAAA')]),
        gave('call_2', [image('BBBB')]),
        call('call_3'),
        gave('call_3', [image('CCCC')]),
      ],
    });
    expect((lastBody() as { messages: object[] }).messages).toMatchObject([
      { role: 'user', content: 'Look.' },
      { role: 'assistant', tool_calls: [{}, {}] },
      { role: 'tool', content: expect.stringMatching(/^Here:\s*\[image\]$/) },
      { role: 'tool', content: '[image]' },
      { role: 'user', images: ['AAAA', 'BBBB'] },
      { role: 'assistant', tool_calls: [{}] },
      { role: 'tool', content: '[image]' },
      { role: 'user', images: ['CCCC'] },
    ]);
  });
});

describe('a streamed response', () => {
  it('keeps every rule, and ends with the whole', async () => {
    ollama.answer(ANSWER);
    const response = await ask({ stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const stream = await readResponseStream(response);
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(joined(stream, 'output_text')).toBe(TEXT);
    expect(stream.events.map(({ type }) => type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      ...ANSWER.pieces.map(() => 'response.output_text.delta'),
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ]);
    const { id } = stream.events[0]!.response!;
    expect(stream.events.at(-1)?.response).toMatchObject({ id, status: 'completed', usage: USAGE });
    expect(generationOf(response)).toBe(id);
  });

  it('has the same items as the whole would have', async () => {
    const model = 'sim/words?seed=3&thinking=4&tokens=6&tools=2';
    const tools = [WEATHER, { ...WEATHER, name: 'time' }];
    const stream = await readResponseStream(await ask({ model, tools, stream: true }));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    const { output } = stream.events.at(-1)!.response!;
    expect(output.map(({ type }) => type)).toEqual([
      'reasoning',
      'message',
      'function_call',
      'function_call',
    ]);
    const without = (items: ResponseBody['output']) => items.map((item) => ({ ...item, id: '' }));
    expect(without((await askWhole({ model, tools })).output)).toEqual(without(output));
  });

  it('tells thoughts as their summary to who asked for one', async () => {
    ollama.answer({ thinking: ['H"m', 'm.'], pieces: ['Yes.'] });
    const reasoning = { summary: 'auto' };
    const stream = await readResponseStream(await ask({ reasoning, stream: true }));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(joined(stream, 'reasoning_summary_text')).toBe('H"mm.');
    const { id, output } = stream.events.at(-1)!.response!;
    expect(output[0]).toEqual({
      id: expect.stringMatching(/^rs_/),
      type: 'reasoning',
      status: 'completed',
      summary: [{ type: 'summary_text', text: 'H"mm.' }],
    });
    const whole = await ask({ reasoning });
    expect(whole.headers.has('x-ignored-parameters')).toBe(false);
    expect(await whole.json()).toMatchObject({ output: [{ summary: output[0]!.summary }, {}] });
    expect((await ask({ previous_response_id: id })).status).toBe(200);
  });

  it('that is cut off by its length ends as incomplete', async () => {
    const stream = await readResponseStream(
      await ask({ model: 'sim/words?tokens=9', max_output_tokens: 4, stream: true }),
    );
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(stream.events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: { status: 'incomplete', output: [{ status: 'incomplete' }] },
    });
  });

  it('whose model server dies says that it failed, with what had come', async () => {
    strikeAfter(ollama, (exchange) => exchange.connection.destroy(), { afterPieces: 2 });
    const stream = await readResponseStream(await ask({ stream: true }));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(stream.events.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' }, output: [{ status: 'incomplete' }] },
    });
    resetBreakers(gateway);
  });

  it('stops the model server when its client leaves', async () => {
    ollama.answer({ pieces: ['one', 'two', 'three'] });
    const gate = ollama.hold(1);
    const controller = new AbortController();
    const response = await ask({ stream: true }, { signal: controller.signal });
    await readResponseStream(response, ({ delta }) => delta === 'one').catch(() => undefined);
    controller.abort();
    const { connection } = await gate.reached;
    expect((await withDeadline(ollama.connectionClosed(connection.index))).closedBy).toBe('client');
    const { outcome } = await gateway.storage.outcomeOf(generationOf(response));
    expect(outcome).toMatchObject({ status: 'cancelled', reason: 'client_gone' });
  });
});

describe('what is not done here', () => {
  const IMAGE = { type: 'input_image', image_url: 'https://example.org/a.png' };
  const inMessage = (part: object) => ({ input: [{ role: 'user', content: [part] }] });
  it.each([
    ['a hosted tool', { tools: [{ type: 'web_search' }] }, 'unsupported_parameter', 'tools[0].type'],
    ['a conversation', { conversation: 'conv_1' }, 'unsupported_parameter', 'conversation'],
    ['a stored prompt', { prompt: { id: 'pmpt_1' } }, 'unsupported_parameter', 'prompt'],
    [
      'compaction',
      { context_management: [{ type: 'compaction' }] },
      'unsupported_parameter',
      'context_management',
    ],
    ['an unknown item', { input: [{ type: 'computer_call' }] }, 'unsupported_parameter', 'input[0].type'],
    [
      'a file',
      inMessage({ type: 'input_file', file_id: 'f' }),
      'unsupported_parameter',
      'input[0].content[0].type',
    ],
    [
      'an uploaded image',
      inMessage({ type: 'input_image', file_id: 'f' }),
      'unsupported_parameter',
      'input[0].content[0].file_id',
    ],
    ['an image from elsewhere', inMessage(IMAGE), 'invalid_value', 'input[0].content[0].image_url'],
    [
      'a choice of a hosted tool',
      { tool_choice: { type: 'web_search' } },
      'unsupported_parameter',
      'tool_choice.type',
    ],
    [
      'a choice that is not offered',
      { tools: [WEATHER], tool_choice: { type: 'function', name: 'time' } },
      'invalid_value',
      'tool_choice',
    ],
    ['no input', { input: undefined }, 'invalid_request', 'input'],
    ['an empty input', { input: [] }, 'invalid_value', 'input'],
    ['no model', { model: undefined }, 'invalid_request', 'model'],
    ['a wrong role', { input: [{ role: 'robot', content: 'Hi' }] }, 'invalid_value', 'input[0].role'],
    [
      'an output without its call',
      { input: [{ type: 'function_call_output', call_id: 'call_9', output: '' }] },
      'invalid_value',
      'input[0].call_id',
    ],
    [
      'an unknown item by its id',
      { input: [{ type: 'item_reference', id: 'msg_x' }] },
      'invalid_value',
      'input[0].id',
    ],
    [
      'a schema without a name',
      { text: { format: { type: 'json_schema', schema: {} } } },
      'invalid_request',
      'text.format.name',
    ],
    ['metadata of other kinds', { metadata: { a: 1 } }, 'invalid_value', 'metadata'],
    ['a temperature too high', { temperature: 3 }, 'invalid_value', 'temperature'],
    ['a tool without a name', { tools: [{ type: 'function' }] }, 'invalid_request', 'tools[0].name'],
    ['a background that is not kept', { background: true, store: false }, 'invalid_value', 'background'],
    [
      'a response before it that nobody knows',
      { previous_response_id: 'resp_0' },
      'previous_response_not_found',
      'previous_response_id',
    ],
  ])('%s is refused', async (_what, body, code, param) => {
    const response = await ask(body);
    const refusal = await readError(response);
    expect(response.status).toBe(400);
    expect(ERROR_BODY(refusal)).toEqual([]);
    expect(refusal.error).toMatchObject({ type: 'invalid_request_error', code, param });
  });

  it('an item that is not kept is asked for whole', async () => {
    const response = await ask({ input: [{ type: 'item_reference', id: 'msg_x' }] });
    expect((await readError(response)).error.message).toBe(
      "input[0]: no item 'msg_x' is kept; send it whole, as clients do with `store: false`",
    );
  });

  it('is refused under /api/v1 in the form of that family', async () => {
    const response = await post(`${gateway.url}/api/v1/responses`, { input: 'Hello', conversation: 'c' });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'unsupported_parameter', status_code: 400 });
  });

  it('compacting is refused', async () => {
    const response = await post(`${gateway.url}/v1/responses/compact`, { model: 'phi3', input: 'Hello' });
    expect(response.status).toBe(400);
    expect((await readError(response)).error).toMatchObject({ code: 'unsupported_parameter' });
  });

  it('what has no effect is said to have none', async () => {
    ollama.answer(ANSWER);
    const response = await ask({ include: ['reasoning.encrypted_content'], service_tier: 'flex' });
    expect(response.headers.get('x-ignored-parameters')).toBe(
      'service_tier, include.reasoning.encrypted_content',
    );
  });

  it('what has no effect within what has one is said to have none as well', async () => {
    ollama.answer(ANSWER);
    const schema = { type: 'json_schema', name: 'a', schema: {}, strict: true, description: 'An answer' };
    const response = await ask({
      text: { format: schema, verbosity: 'low' },
      reasoning: { effort: 'low', summary: 'auto' },
      tools: ['a', 'b'].map((name) => ({ type: 'function', name, defer_loading: true })),
      tool_choice: { type: 'function', name: 'a', mode: 'any' },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('x-ignored-parameters')).toBe(
      'text.verbosity, text.format.description, tool_choice.mode, tools.defer_loading',
    );
  });
});
