import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { writePiece } from '../support/fault-scripts.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { Gate } from '../support/gate.js';
import { post, resetBreakers } from '../support/gateway-calls.js';
import type { Exchange } from '../support/exchange.js';
import { readError } from '../support/openai-schemas-bodies.js';
import { INPUT_ITEM_LIST, RESPONSE } from '../support/response-schemas.js';
import {
  faultsOfResponseStream,
  joined,
  readResponseStream,
  type ResponseBody,
  type ResponseItem,
} from '../support/response-stream.js';
import { authorizationOf } from '../support/sign-in.js';

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

interface ItemList {
  readonly data: readonly ResponseItem[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

const url = (path = '') => `${gateway.url}/v1/responses${path}`;
const create = (body: object = {}) => post(url(), { model: 'phi3', input: 'Hello', ...body });
const begin = async (body: object = {}) => (await (await create(body)).json()) as ResponseBody;
const get = (id: string, query = '') => fetch(url(`/${id}${query}`));
const read = async (id: string) => (await (await get(id)).json()) as ResponseBody;
const cancel = (id: string) => post(url(`/${id}/cancel`), {});
const remove = (id: string) => fetch(url(`/${id}`), { method: 'DELETE' });
const items = async (id: string, query = '') =>
  (await (await get(id, `/input_items${query}`)).json()) as ItemList;
const ended = (id: string) =>
  eventually(
    () => read(id),
    ({ status }) => status !== 'in_progress',
  );
const lastBody = () => ollama.requests.at(-1)?.body as { messages: unknown };

/** The next answer says `one`, then waits. */
function holdAnswer(): Gate<Exchange> {
  ollama.answer({ pieces: ['one', ' two'] });
  return ollama.hold(1);
}

describe('a response in the background', () => {
  it('is there at once, runs without anybody, and is read when it has ended', async () => {
    const gate = holdAnswer();
    const begun = await begin({ background: true });
    expect(RESPONSE(begun)).toEqual([]);
    expect(begun).toMatchObject({ status: 'in_progress', background: true, output: [], usage: null });
    await gate.reached;
    expect(await read(begun.id)).toMatchObject({ id: begun.id, status: 'in_progress' });
    gate.open();
    const done = await ended(begun.id);
    expect(RESPONSE(done)).toEqual([]);
    expect(done).toMatchObject({ status: 'completed', output: [{ content: [{ text: 'one two' }] }] });
  });

  it('is cancelled, which closes the connection to the model server, and stays so', async () => {
    const gate = holdAnswer();
    const { id } = await begin({ background: true });
    const { connection } = await gate.reached;
    const response = await cancel(id);
    expect(response.status).toBe(200);
    const cancelled = (await response.json()) as ResponseBody;
    expect(RESPONSE(cancelled)).toEqual([]);
    expect(cancelled).toMatchObject({ id, status: 'cancelled', error: null });
    expect((await connection.closed).closedBy).toBe('client');
    expect(await (await cancel(id)).json()).toEqual(cancelled);
    expect(await read(id)).toEqual(cancelled);
    expect((await gateway.storage.outcomeOf(id)).outcome).toMatchObject({ reason: 'cancelled' });
  });

  it('that has ended is given by a cancel as it is', async () => {
    ollama.answer({ pieces: ['one'] });
    const { id } = await begin({ background: true });
    const done = await ended(id);
    expect(await (await cancel(id)).json()).toEqual(done);
  });

  it('that failed says so', async () => {
    ollama.script((exchange) =>
      exchange.respond(500, { 'Content-Type': 'application/json' }, '{"error":"no"}'),
    );
    const { id } = await begin({ background: true });
    const failed = await ended(id);
    expect(RESPONSE(failed)).toEqual([]);
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'server_error' }, output: [] });
    const stream = await readResponseStream(await get(id, '?stream=true'));
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(stream.events.at(-1)?.type).toBe('response.failed');
    resetBreakers(gateway);
  });

  it('is begun once, however often it is asked for with one Idempotency-Key', async () => {
    ollama.answer({ pieces: ['one'] });
    const body = { model: 'phi3', input: 'Hello', background: true };
    const ask = () => post(url(), body, { headers: { 'idempotency-key': 'once' } });
    const { id } = (await (await ask()).json()) as ResponseBody;
    const done = await ended(id);
    const again = await ask();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('x-ignored-parameters')).toBeNull();
    expect(await again.json()).toEqual(done);
  });

  it('goes on when those who watch it leave', async () => {
    const gate = holdAnswer();
    const response = await create({ background: true, stream: true });
    const stream = await readResponseStream(response, ({ delta }) => delta === 'one');
    const { id } = stream.events[0]!.response!;
    await response.body?.cancel().catch(() => undefined);
    const watching = await get(id, '?stream=true');
    await readResponseStream(watching, ({ delta }) => delta === 'one');
    gate.open();
    expect(await ended(id)).toMatchObject({ status: 'completed' });
  });

  it('begins its stream before the model server says anything', async () => {
    ollama.answer({ pieces: ['one'] });
    const gate = ollama.hold(0);
    const response = await create({ background: true, stream: true });
    const stream = readResponseStream(response, ({ type }) => type === 'response.in_progress');
    expect((await stream).events).toHaveLength(2);
    gate.open();
  });
});

describe('a response begun below /api/v1', () => {
  let headers: Record<string, string>;
  beforeAll(async () => {
    headers = { ...(await authorizationOf(gateway)), 'content-type': 'application/json' };
  });

  const api = (path: string, method = 'GET', body?: object) =>
    fetch(`${gateway.url}/api/v1/responses${path}`, { method, headers, body: body && JSON.stringify(body) });

  it('is read, taken up again, cancelled and deleted there', async () => {
    const gate = holdAnswer();
    const begun = await api('', 'POST', { model: 'phi3', input: 'Hello', background: true });
    const { id } = (await begun.json()) as ResponseBody;
    await gate.reached;
    expect(await (await api(`/${id}`)).json()).toMatchObject({ id, status: 'in_progress' });
    const list = (await (await api(`/${id}/input_items`)).json()) as ItemList;
    expect(list.data).toMatchObject([{ content: [{ text: 'Hello' }] }]);
    const rest = await readResponseStream(
      await api(`/${id}?stream=true&starting_after=0`),
      ({ delta }) => delta === 'one',
    );
    expect(rest.events[0]).toMatchObject({ type: 'response.in_progress', sequence_number: 1 });
    const cancelled = await api(`/${id}/cancel`, 'POST', {});
    expect(await cancelled.json()).toMatchObject({ id, status: 'cancelled' });
    expect(await (await api(`/${id}`, 'DELETE')).json()).toMatchObject({ id, deleted: true });
    expect((await api(`/${id}`)).status).toBe(404);
  });

  it('is counted there too, and its conversation not compacted', async () => {
    const counted = await api('/input_tokens', 'POST', { input: 'Hello' });
    expect(await counted.json()).toMatchObject({ object: 'response.input_tokens' });
    const compacted = (await (await api('/compact', 'POST', {})).json()) as { error: unknown };
    expect(compacted).toMatchObject({ error: 'unsupported_parameter' });
  });
});

describe('what is bounded', () => {
  let strict: TestGateway;
  beforeAll(async () => {
    strict = await createGateway({
      LOAD_SHED: 'off',
      P8FS_REQUEST_TIMEOUT: '0.2',
      STREAM_RESUME_TTL_S: '1',
    });
  });
  afterAll(() => strict.close());

  const at = (path: string) => fetch(`${strict.url}/v1/responses/${path}`);

  it('is not the time that what nobody waits for takes, but for how long it is kept', async () => {
    const model = 'sim/words?tokens=50&tps=100';
    const ask = (body: object) => post(`${strict.url}/v1/responses`, { model, input: 'Hello', ...body });
    expect((await ask({})).status).toBe(504);
    const { id } = (await (await ask({ background: true, on_disconnect: 'cancel' })).json()) as ResponseBody;
    const done = await eventually(
      async () => (await (await at(id)).json()) as ResponseBody,
      ({ status }) => status !== 'in_progress',
    );
    expect(done.status).toBe('completed');
    await eventually(
      async () => (await at(id)).status,
      (status) => status === 404,
    );
  });
});

describe('a cancel', () => {
  it('of what is not in the background is refused', async () => {
    ollama.answer({ pieces: ['one'] });
    const { id } = await begin();
    const response = await cancel(id);
    expect(response.status).toBe(400);
    expect((await readError(response)).error.type).toBe('invalid_request_error');
  });

  it('ends the streams of those who watch with an error', async () => {
    const gate = holdAnswer();
    const { id } = await begin({ background: true });
    await gate.reached;
    const whole = readResponseStream(await get(id, '?stream=true'));
    await cancel(id);
    const stream = await whole;
    expect(faultsOfResponseStream(stream)).toEqual([]);
    expect(stream.events.at(-1)).toMatchObject({ type: 'error', code: 'cancelled' });
  });
});

describe('a stream that is taken up again', () => {
  const MODEL = 'sim/unicode?seed=5&thinking=20&tokens=70&tools=2';
  const TOOLS = ['weather', 'time'].map((name) => ({ type: 'function', name }));

  it('goes on after any event, byte for byte, when the response has ended', async () => {
    const whole = await readResponseStream(
      await create({ model: MODEL, tools: TOOLS, stream: true, background: true }),
    );
    expect(faultsOfResponseStream(whole)).toEqual([]);
    const { id } = whole.events[0]!.response!;
    const last = whole.events.length - 1;
    for (const after of [0, 1, 2, 3, 24, 25, 60, last - 9, last - 1, last]) {
      const response = await get(id, `?stream=true&starting_after=${after}`);
      expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      const rest = await readResponseStream(response);
      expect(rest.raw.join('')).toBe(whole.raw.slice(after + 1).join(''));
    }
    const again = await readResponseStream(await get(id, '?stream=true'));
    expect(again.raw).toEqual(whole.raw);
  });

  it.each([1, 7, 40])('goes on after event %i while it runs, also when it was cut twice', async (cut) => {
    const model = 'sim/unicode?seed=9&tokens=60&tps=400';
    const first = await readResponseStream(
      await create({ model, stream: true, background: true }),
      ({ sequence_number: number }) => number === cut,
    );
    const { id } = first.events[0]!.response!;
    const second = await readResponseStream(
      await get(id, `?stream=true&starting_after=${cut}`),
      ({ sequence_number: number }) => number === cut + 9,
    );
    const third = await readResponseStream(await get(id, `?stream=true&starting_after=${cut + 9}`));
    const all = [first, second, third].flatMap(({ events }) => events);
    expect(faultsOfResponseStream({ raw: [], events: all, broken: false })).toEqual([]);
    const done = await read(id);
    expect(joined({ events: all }, 'output_text')).toBe(done.output[0]?.content?.[0]?.text);
    expect(all.at(-1)?.response).toEqual(done);
  });

  it('is open to any response that is kept, and to as many as like to read', async () => {
    const gate = new Gate<Exchange>();
    ollama.script(async (exchange) => {
      exchange.head(200, ollama.streamHeaders);
      await writePiece(exchange, ollama, 'one');
      await exchange.hold(gate);
      for (const payload of ollama.endPayloads(exchange.request))
        await exchange.write(ollama.toWire(payload));
      await exchange.end();
    });
    const response = await create({ stream: true });
    const id = response.headers.get('x-generation-id')!;
    const readers = [response, await get(id, '?stream=true'), await get(id, '?stream=true')];
    gate.open();
    const [first, ...others] = await Promise.all(readers.map((each) => readResponseStream(each)));
    expect(faultsOfResponseStream(first!)).toEqual([]);
    for (const other of others) expect(other.raw).toEqual(first!.raw);
  });

  it.each(['-1', 'x', '1.5', '1&starting_after=2'])('refuses %s for an event', async (after) => {
    ollama.answer({ pieces: ['one'] });
    const { id } = await begin();
    const response = await get(id, `?stream=true&starting_after=${after}`);
    expect(response.status).toBe(400);
    expect((await readError(response)).error.param).toBe('starting_after');
  });
});

describe('what is not there', () => {
  it('is 404 for every way to ask', async () => {
    ollama.answer({ pieces: ['one'] });
    const { id: unkept } = await begin({ store: false });
    for (const id of ['resp_0', 'nonsense', 'x'.repeat(500), unkept]) {
      for (const asked of [
        get(id),
        get(id, '?stream=true'),
        get(id, '/input_items'),
        cancel(id),
        remove(id),
      ]) {
        const response = await asked;
        expect(response.status).toBe(404);
        expect((await readError(response)).error).toMatchObject({
          code: 'response_not_found',
          type: 'invalid_request_error',
        });
      }
    }
  });

  it('is what was deleted; what is on record is left alone', async () => {
    ollama.answer({ pieces: ['one'] });
    const { id } = await begin();
    expect(await (await remove(id)).json()).toEqual({ id, object: 'response.deleted', deleted: true });
    expect((await get(id)).status).toBe(404);
    expect((await remove(id)).status).toBe(404);
    expect((await create({ previous_response_id: id })).status).toBe(400);
    expect((await gateway.storage.outcomeOf(id)).outcome.status).toBe('finished');
  });

  it('is what ran in the background and was deleted: it is stopped', async () => {
    const gate = holdAnswer();
    const { id } = await begin({ background: true });
    const { connection } = await gate.reached;
    await remove(id);
    expect((await connection.closed).closedBy).toBe('client');
  });
});

describe('a response that follows another', () => {
  it('is told all that was said, and lists it', async () => {
    ollama.answer({ thinking: ['Hm.'], pieces: ['Hi', ' Ada.'] });
    const first = await begin({ input: 'I am Ada.', instructions: 'Be brief.' });
    ollama.answer({ pieces: [], toolCalls: [{ name: 'weather', arguments: { city: 'Bern' } }] });
    const tools = [{ type: 'function', name: 'weather' }];
    const second = await begin({ input: 'Warm?', previous_response_id: first.id, tools });
    expect(second).toMatchObject({ previous_response_id: first.id, instructions: null });
    const call = second.output.find(({ type }) => type === 'function_call')!;
    ollama.answer({ pieces: ['Yes.'] });
    const third = await begin({
      input: [{ type: 'function_call_output', call_id: call.call_id, output: '21 °C' }],
      previous_response_id: second.id,
      tools,
    });
    expect(lastBody().messages).toMatchObject([
      { role: 'user', content: 'I am Ada.' },
      { role: 'assistant', content: 'Hi Ada.' },
      { role: 'user', content: 'Warm?' },
      { role: 'assistant', tool_calls: [{ function: { name: 'weather', arguments: { city: 'Bern' } } }] },
      { role: 'tool', content: '21 °C', tool_name: 'weather' },
    ]);
    const { data } = await items(third.id, '?order=asc');
    expect(data.map(({ type }) => type)).toEqual([
      'message',
      'reasoning',
      'message',
      'message',
      'function_call',
      'function_call_output',
    ]);
  });

  it('may name items of earlier ones by their ids', async () => {
    ollama.answer({ pieces: ['Hi.'] });
    const { output } = await begin();
    ollama.answer({ pieces: ['Yes.'] });
    await begin({
      input: [
        { type: 'item_reference', id: output[0]!.id },
        { type: null, id: output[0]!.id },
        { role: 'user', content: 'So?' },
      ],
    });
    expect(lastBody().messages).toMatchObject([
      { role: 'assistant', content: 'Hi.' },
      { role: 'assistant', content: 'Hi.' },
      { role: 'user', content: 'So?' },
    ]);
  });

  it('is refused where all that was said is longer than a body may be', async () => {
    const small = await createGateway({
      OLLAMA_URL: ollama.origin,
      MODELS_ADMIT: 'any',
      MAX_BODY_BYTES: '4000',
    });
    ollama.answer({ pieces: ['x'.repeat(600)] });
    const say = (body: object) => post(`${small.url}/v1/responses`, { model: 'phi3', ...body });
    const input = 'x'.repeat(2_500);
    const { id, output } = (await (await say({ input })).json()) as ResponseBody;
    const reference = { type: 'item_reference', id: output[0]!.id };
    expect((await say({ input: 'So?', previous_response_id: id })).status).toBe(200);
    expect((await say({ input: [reference, { role: 'user', content: 'So?' }] })).status).toBe(200);
    for (const body of [
      { input, previous_response_id: id },
      { input: Array.from({ length: 10 }, () => reference) },
    ]) {
      const refused = await say(body);
      expect(refused.status).toBe(400);
      expect((await readError(refused)).error.code).toBe('context_length_exceeded');
    }
    await small.close();
  });

  it('is refused while the other still runs', async () => {
    const gate = holdAnswer();
    const { id } = await begin({ background: true });
    await gate.reached;
    const response = await create({ previous_response_id: id });
    expect(response.status).toBe(400);
    expect((await readError(response)).error.code).toBe('previous_response_not_found');
    await cancel(id);
  });
});

describe('the input items', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ role: 'user', content: `item ${index}` }));
  const textsOf = ({ data }: ItemList) => data.map(({ content }) => content![0]!.text);

  it('come in pages, the newest first', async () => {
    ollama.answer({ pieces: ['one'] });
    const { id } = await begin({ input: many(25) });
    const page = await items(id);
    expect(INPUT_ITEM_LIST(page)).toEqual([]);
    expect(page).toMatchObject({ has_more: true, first_id: page.data[0]!.id, last_id: page.data.at(-1)!.id });
    expect(textsOf(page)).toEqual(Array.from({ length: 20 }, (_, index) => `item ${24 - index}`));
    const rest = await items(id, `?after=${page.last_id}`);
    expect(rest.has_more).toBe(false);
    expect(textsOf(rest)).toEqual([4, 3, 2, 1, 0].map((index) => `item ${index}`));
    expect(textsOf(await items(id, '?order=asc&limit=2'))).toEqual(['item 0', 'item 1']);
  });

  it('keep the ids the caller gave', async () => {
    ollama.answer({ pieces: ['one'] });
    const { id } = await begin({ input: [{ id: 'msg_mine', role: 'user', content: 'Hi' }] });
    expect((await items(id)).data).toEqual([
      {
        id: 'msg_mine',
        type: 'message',
        status: 'completed',
        role: 'user',
        content: [{ type: 'input_text', text: 'Hi' }],
      },
    ]);
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['order=up', 'order'],
    ['after=msg_0', 'after'],
  ])('are not given for %s', async (query, param) => {
    ollama.answer({ pieces: ['one'] });
    const { id } = await begin();
    const response = await get(id, `/input_items?${query}`);
    expect(response.status).toBe(400);
    expect((await readError(response)).error).toMatchObject({ code: 'invalid_value', param });
  });

  it('are counted without a model', async () => {
    const before = gateway.storage.begins.length;
    const count = async (body: object) => {
      const response = await post(url('/input_tokens'), body);
      expect(response.status).toBe(200);
      return (await response.json()) as { object: string; input_tokens: number };
    };
    const short = await count({ model: 'phi3', input: 'Hello' });
    expect(short).toMatchObject({ object: 'response.input_tokens' });
    const long = await count({ input: 'Hello '.repeat(400), tools: [{ type: 'function', name: 'weather' }] });
    expect(long.input_tokens).toBeGreaterThan(short.input_tokens + 500);
    expect(gateway.storage.begins.length).toBe(before);
    expect((await post(url('/input_tokens'), { tools: [] })).status).toBe(400);
  });
});
