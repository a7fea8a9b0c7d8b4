import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';
import { readError } from '../support/openai-schemas-bodies.js';
import { RESPONSE } from '../support/response-schemas.js';
import { faultsOfResponseStream, readResponseStream, type ResponseBody } from '../support/response-stream.js';

let ollama: FakeOllama;
let gateway: TestGateway;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({ LOAD_SHED: 'off', OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

const ask = (body: object) => post(`${gateway.url}/v1/responses`, { model: 'phi3', input: 'Hello', ...body });
const askWhole = async (body: object) => (await (await ask(body)).json()) as ResponseBody;
const lastBody = () => ollama.requests.at(-1)?.body as { readonly tools: { readonly function: object }[] };
const toldTools = () => lastBody().tools.map((tool) => tool.function);

const CITY = { type: 'object', properties: { city: { type: 'string' } } };
const WEATHER = { type: 'function', name: 'weather', description: 'Warm?', parameters: CITY, strict: null };
const GRAMMAR = { type: 'grammar', syntax: 'lark', definition: 'start: "*** Begin Patch"' };
const PATCH = { type: 'custom', name: 'apply_patch', description: 'Edits files.', format: GRAMMAR };
const TEAM = {
  type: 'namespace',
  name: 'team',
  description: 'Other agents.',
  tools: [
    { ...WEATHER, name: 'ask' },
    { ...PATCH, name: 'note', format: { type: 'text' } },
  ],
};
const DIFF = '*** Begin Patch\n"ünï" \\ 👋\n*** End Patch';

describe('a custom tool', () => {
  it('is a function of one text to the model, and its format is told', async () => {
    ollama.answer({ pieces: ['Ok.'] });
    const body = await askWhole({ tools: [PATCH] });
    expect(toldTools()).toMatchObject([
      {
        name: 'apply_patch',
        description: expect.stringMatching(/^Edits files\..*lark.*\*\*\* Begin Patch/s),
        parameters: { properties: { input: { type: 'string' } }, required: ['input'] },
      },
    ]);
    expect(RESPONSE(body)).toEqual([]);
    expect(body).toMatchObject({ tools: [PATCH] });
  });

  it('is called with the text alone, whole and streamed', async () => {
    ollama.answer({ pieces: [], toolCalls: [{ name: 'apply_patch', arguments: { input: DIFF } }] });
    const { output } = await askWhole({ tools: [PATCH] });
    const called = { type: 'custom_tool_call', name: 'apply_patch', input: DIFF, status: 'completed' };
    expect(output).toEqual([
      { ...called, id: expect.stringMatching(/^ctc_/), call_id: expect.stringMatching(/^call_/) },
    ]);
    const stream = await readResponseStream(await ask({ tools: [PATCH], stream: true }));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(stream.events.at(-1)!.response!.output).toMatchObject([called]);
  });

  it.each([
    ['by another name', { patch: DIFF }, DIFF],
    ['beside others', { input: DIFF, why: 'because' }, DIFF],
    ['not at all', { a: 1 }, '{"a":1}'],
  ])('takes the text where the model calls it %s', async (_how, given, input) => {
    ollama.answer({ pieces: [], toolCalls: [{ name: 'apply_patch', arguments: given }] });
    expect((await askWhole({ tools: [PATCH] })).output).toMatchObject([{ input }]);
  });

  it('is told what came of it', async () => {
    ollama.answer({ pieces: ['Done.'] });
    await askWhole({
      tools: [PATCH],
      input: [
        { role: 'user', content: 'Do it.' },
        { type: 'custom_tool_call', id: 'ctc_1', call_id: 'call_1', name: 'apply_patch', input: DIFF },
        { type: 'custom_tool_call_output', call_id: 'call_1', output: 'Success.' },
      ],
    });
    expect(lastBody()).toMatchObject({
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          tool_calls: [{ function: { name: 'apply_patch', arguments: { input: DIFF } } }],
        },
        { role: 'tool', tool_name: 'apply_patch', content: 'Success.' },
      ],
    });
  });

  it('can be the one that is chosen', async () => {
    const body = await askWhole({
      model: 'sim/words',
      tools: [WEATHER, PATCH],
      tool_choice: { type: 'custom', name: 'apply_patch' },
    });
    expect(RESPONSE(body)).toEqual([]);
    expect(body.output.at(-1)).toMatchObject({ type: 'custom_tool_call', name: 'apply_patch' });
  });
});

describe('a namespace', () => {
  it('stands before the names of its tools, and says once what they are for', async () => {
    ollama.answer({ pieces: ['Ok.'] });
    const body = await askWhole({ tools: [WEATHER, TEAM] });
    expect(toldTools()).toMatchObject([
      { name: 'weather' },
      { name: 'team__ask', description: 'Other agents.\n\nWarm?', parameters: CITY },
      { name: 'team__note', description: 'Edits files.' },
    ]);
    expect(RESPONSE(body)).toEqual([]);
    expect(body).toMatchObject({ tools: [WEATHER, TEAM] });
  });

  it('is named by the calls of its tools, which the next response knows again', async () => {
    ollama.answer({
      pieces: [],
      toolCalls: [
        { name: 'team__ask', arguments: { city: 'Bern' } },
        { name: 'team__note', arguments: { input: DIFF } },
      ],
    });
    const stream = await readResponseStream(await ask({ tools: [TEAM], stream: true }));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    const { id, output } = stream.events.at(-1)!.response!;
    expect(output).toMatchObject([
      { type: 'function_call', namespace: 'team', name: 'ask', arguments: '{"city":"Bern"}' },
      { type: 'custom_tool_call', namespace: 'team', name: 'note', input: DIFF },
    ]);

    const [first, second] = output.map(({ call_id }) => call_id);
    const outputs = [
      { type: 'function_call_output', call_id: first, output: '21 °C' },
      { type: 'custom_tool_call_output', call_id: second, output: 'Noted.' },
    ];
    const told = {
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          tool_calls: [
            { function: { name: 'team__ask', arguments: { city: 'Bern' } } },
            { function: { name: 'team__note', arguments: { input: DIFF } } },
          ],
        },
        { role: 'tool', content: '21 °C' },
        { role: 'tool', content: 'Noted.' },
      ],
    };
    ollama.answer({ pieces: ['Done.'] });
    await askWhole({ tools: [TEAM], previous_response_id: id, input: outputs });
    expect(lastBody()).toMatchObject(told);
    const references = output.map((item) => ({ type: 'item_reference', id: item.id }));
    for (const said of [output, references]) {
      await askWhole({ tools: [TEAM], input: [{ role: 'user', content: 'Hello' }, ...said, ...outputs] });
      expect(lastBody()).toMatchObject(told);
    }
  });

  it.each([
    [
      'a hosted tool in it',
      { ...TEAM, tools: [{ type: 'web_search' }] },
      'unsupported_parameter',
      'tools[0].type',
    ],
    ['another in it', { ...TEAM, tools: [TEAM] }, 'unsupported_parameter', 'tools[0].type'],
    ['a tool without a name', { ...TEAM, tools: [{ type: 'custom' }] }, 'invalid_request', 'tools[0].name'],
    ['nothing in it', { ...TEAM, tools: [] }, 'invalid_value', 'tools'],
  ])('with %s is refused', async (_what, tool, code, param) => {
    const response = await ask({ tools: [tool] });
    expect(response.status).toBe(400);
    expect((await readError(response)).error).toMatchObject({ code, param: `tools[0].${param}` });
  });
});

describe('additional tools', () => {
  const added = (...tools: object[]) => ({ type: 'additional_tools', role: 'developer', tools });
  const said = { role: 'user', content: 'Hello' };

  it('of the input are offered as well, now and later', async () => {
    ollama.answer({ pieces: [], toolCalls: [{ name: 'team__ask', arguments: {} }] });
    const response = await ask({ tools: [WEATHER], input: [added(TEAM, { type: 'web_search' }), said] });
    expect(response.headers.get('x-ignored-parameters')).toBe('tools.web_search');
    const body = (await response.json()) as ResponseBody;
    expect(RESPONSE(body)).toEqual([]);
    expect(body).toMatchObject({ tools: [WEATHER, TEAM], output: [{ namespace: 'team', name: 'ask' }] });
    expect(lastBody()).toMatchObject({ messages: [{ role: 'user' }] });

    const { call_id } = body.output[0]!;
    const output = { type: 'function_call_output', call_id, output: 'Yes.' };
    const again = { ...TEAM, tools: TEAM.tools.slice(0, 1) };
    await askWhole({ previous_response_id: body.id, input: [added(again), output] });
    expect(toldTools()).toMatchObject([{ name: 'team__ask' }]);
  });

  it.each([
    ['a nameless tool', added({ type: 'function' }), 'invalid_request', '.tools[0].name'],
    ['no tools', { type: 'additional_tools', role: 'developer' }, 'invalid_request', '.tools'],
    ['another role', { ...added(WEATHER), role: 'user' }, 'invalid_value', '.role'],
  ])('with %s are refused', async (_what, item, code, param) => {
    const response = await ask({ input: [item, said] });
    expect(response.status).toBe(400);
    expect((await readError(response)).error).toMatchObject({ code, param: `input[0]${param}` });
  });
});

describe('a search for tools that the client makes', () => {
  const SEARCH = {
    type: 'tool_search',
    execution: 'client',
    description: 'Finds tools.',
    parameters: { type: 'object', properties: { query: { type: 'string' } } },
  };

  it('is called with an object, and what it finds is offered from then on', async () => {
    ollama.answer({ pieces: [], toolCalls: [{ name: 'tool_search', arguments: { query: 'ü "\n' } }] });
    const stream = await readResponseStream(await ask({ tools: [SEARCH], stream: true }));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    const { id, output } = stream.events.at(-1)!.response!;
    const [call] = output;
    expect(call).toEqual({
      id: expect.stringMatching(/^tsc_/),
      type: 'tool_search_call',
      status: 'completed',
      call_id: expect.stringMatching(/^call_/),
      execution: 'client',
      arguments: { query: 'ü "\n' },
    });
    expect(toldTools()).toMatchObject([{ name: 'tool_search', description: 'Finds tools.' }]);
    expect(stream.events.at(-1)!.response).toMatchObject({ tools: [SEARCH] });

    ollama.answer({ pieces: [], toolCalls: [{ name: 'team__ask', arguments: {} }] });
    const found = { type: 'tool_search_output', call_id: call!.call_id, execution: 'client', tools: [TEAM] };
    const conversations = [
      { previous_response_id: id, input: [found] },
      { input: [{ role: 'user', content: 'Hello' }, call, found] },
    ];
    for (const conversation of conversations) {
      const body = await askWhole({ tools: [SEARCH], ...conversation });
      expect(body.output).toMatchObject([{ type: 'function_call', namespace: 'team', name: 'ask' }]);
      expect(toldTools()).toMatchObject([
        { name: 'tool_search' },
        { name: 'team__ask' },
        { name: 'team__note' },
      ]);
      expect(lastBody()).toMatchObject({
        messages: [
          { role: 'user' },
          { tool_calls: [{ function: { name: 'tool_search', arguments: { query: 'ü "\n' } } }] },
          { role: 'tool', content: '{"tools":["team__ask","team__note"]}' },
        ],
      });
    }
  });

  it('adds to a namespace what another search finds of it, and takes nothing away', async () => {
    ollama.answer({ pieces: ['Ok.'] });
    const searched = (at: number) => [
      { type: 'tool_search_call', call_id: `call_${at}`, execution: 'client', arguments: {} },
      {
        type: 'tool_search_output',
        call_id: `call_${at}`,
        execution: 'client',
        tools: [{ ...TEAM, tools: [TEAM.tools[at]] }],
      },
    ];
    const input = [{ role: 'user', content: 'Hello' }, ...searched(0), ...searched(1)];
    const team = { ...WEATHER, name: 'team' };
    expect(await askWhole({ tools: [SEARCH, team], input })).toMatchObject({ tools: [SEARCH, team, TEAM] });
    expect(toldTools().map((tool) => (tool as { name: string }).name)).toEqual([
      ...['tool_search', 'team', 'team__ask', 'team__note'],
    ]);
  });

  it('is left out where the server would have to make it', async () => {
    ollama.answer({ pieces: ['Ok.'] });
    const response = await ask({ tools: [WEATHER, { ...SEARCH, execution: 'server' }] });
    expect(response.headers.get('x-ignored-parameters')).toBe('tools.tool_search');
  });
});

describe('a hosted tool', () => {
  it('beside others is left out, and said to be', async () => {
    ollama.answer({ pieces: ['Ok.'] });
    const hosted = [{ type: 'web_search', external_web_access: false }, { type: 'local_shell' }];
    const response = await ask({ tools: [hosted[0], WEATHER, hosted[1]] });
    expect(response.headers.get('x-ignored-parameters')).toBe('tools.web_search, tools.local_shell');
    expect(toldTools()).toMatchObject([{ name: 'weather' }]);
    expect(await response.json()).toMatchObject({ status: 'completed', tools: [WEATHER] });
  });

  it.each([
    ['alone', { tools: [{ type: 'web_search' }] }, 'tools[0].type'],
    [
      'that is chosen',
      { tools: [WEATHER, { type: 'mcp' }], tool_choice: { type: 'mcp' } },
      'tool_choice.type',
    ],
  ])('%s is refused', async (_how, body, param) => {
    const response = await ask(body);
    expect(response.status).toBe(400);
    expect((await readError(response)).error).toMatchObject({ code: 'unsupported_parameter', param });
  });
});
