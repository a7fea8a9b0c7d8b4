import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { WsClient } from '../support/ws-client.js';

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
const HELLO = [{ role: 'user', content: 'Hello' }];
const PIECES = ['Hé', 'llo', ' 👋'];

let ollama: FakeOllama;
let gateway: TestGateway;
let client: WsClient;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: PIECES });
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
  client = await WsClient.open(`${gateway.url}/streaming/websocket/chat`);
});
afterAll(async () => {
  client.close();
  await gateway.close();
  await ollama.close();
});

const isEnd = ({ data }: Record<string, unknown>) =>
  ['complete', 'cancelled', 'error'].includes((data as { type: string }).type);

describe('/streaming/websocket/chat', () => {
  it('answers in envelopes, the first of which belongs to the answer', async () => {
    client.say({ message_type: 'chat_completion', model_id: 'mixtral-8x7b', messages: HELLO, stream: true });
    const said = await client.until(isEnd);
    expect(said).toHaveLength(PIECES.length + 1);
    for (const [index, message] of said.entries()) {
      expect(message).toEqual({
        message_type: 'chat_completion',
        timestamp: ISO,
        data: expect.objectContaining({ generation_id: expect.stringMatching(/^chatcmpl-/) }),
        sequence_id: index + 1,
      });
    }
    expect(said.map(({ data }) => (data as { text: string }).text)).toEqual([...PIECES, PIECES.join('')]);
  });

  it.each([
    ['flat, with the usual names', { model: 'phi3', messages: HELLO }],
    ['in an envelope', { message_type: 'chat_completion', data: { model_id: 'phi3', messages: HELLO } }],
    ['by its other name', { type: 'chat', model: 'phi3', message: 'Hello' }],
  ])('takes a request %s', async (_, request) => {
    client.say(request);
    expect((await client.until(isEnd)).at(-1)).toMatchObject({
      data: { type: 'complete', text: PIECES.join(''), finish_reason: 'stop' },
    });
  });

  it('answers once where no stream is wanted', async () => {
    client.say({ message_type: 'chat_completion', model_id: 'phi3', messages: HELLO, stream: false });
    expect(await client.next()).toMatchObject({ data: { type: 'complete', text: PIECES.join('') } });
    expect(gateway.storage.begins.at(-1)).toMatchObject({
      stream: false,
      route: '/streaming/websocket/chat',
    });
  });

  it.each([
    ['no JSON', '{"message_type":', 'invalid_json', null],
    ['no object', '[1]', 'invalid_request', null],
    ['nothing', '', 'invalid_json', null],
    ['another type', '{"message_type":"metrics_update"}', 'invalid_value', 'type'],
    ['no messages', '{"model":"phi3"}', 'invalid_request', 'messages'],
    [
      'a wrong value',
      '{"model":"phi3","messages":[{"role":"user","content":"x"}],"n":0}',
      'invalid_value',
      'n',
    ],
    ['no key', '{"model":"phi3","message":"x","idempotency_key":""}', 'invalid_value', 'idempotency_key'],
    [
      'text with U+0000',
      '{"model":"phi3","messages":[{"role":"user","content":"\\u0000"}]}',
      'invalid_json',
      null,
    ],
    [
      'an unknown generation',
      '{"type":"cancel","generation_id":"chatcmpl-0"}',
      'generation_not_found',
      'generation_id',
    ],
  ])('answers %s with an error, and lives', async (_, frame, code, param) => {
    client.say(frame);
    expect(await client.next()).toEqual({
      message_type: 'chat_completion',
      timestamp: ISO,
      data: {
        type: 'error',
        error: { message: expect.stringMatching(/\S/) as string, type: 'invalid_request_error', param, code },
      },
      sequence_id: expect.any(Number) as number,
    });
  });

  it('says why an answer failed', async () => {
    ollama.answer({ pieces: ['a'], error: 'out of memory' });
    client.say({ model: 'phi3', messages: HELLO });
    expect(await client.until(isEnd)).toMatchObject([
      { data: { type: 'chunk', text: 'a' } },
      { data: { type: 'error', error: { code: 'upstream_error' } } },
    ]);
    ollama.answer({ pieces: PIECES });
  });

  it('stops an answer by its id', async () => {
    const gate = ollama.hold(1);
    client.say({ model: 'phi3', messages: HELLO });
    const { data } = await client.next();
    const { generation_id: id } = data as { generation_id: string };
    client.say({ type: 'cancel', generation_id: id });
    expect(await client.next()).toMatchObject({
      data: { type: 'cancelled', generation_id: id, reason: 'cancelled' },
    });
    const { request } = await gate.reached;
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
  });

  it.each(['/streaming/websocket/chat', '/streaming/websocket'])(
    'stops an answer that somebody else follows, and says so to both on %s',
    async (path) => {
      ollama.hold(1);
      client.say({ model: 'phi3', messages: HELLO });
      const { generation_id: id } = (await client.next()).data as { generation_id: string };
      const other = await WsClient.open(gateway.url + path);
      other.say({ type: 'cancel', generation_id: id });
      expect(await other.next()).toEqual({
        message_type: 'chat_completion',
        timestamp: ISO,
        data: { type: 'cancelled', generation_id: id, reason: 'cancelled' },
        sequence_id: 1,
      });
      expect(await client.next()).toMatchObject({ data: { type: 'cancelled', generation_id: id } });
      other.say({ type: 'cancel', generation_id: id });
      expect(await other.next()).toMatchObject({ data: { error: { code: 'already_finished' } } });
      other.close();
    },
  );

  it.each([
    ['/streaming/websocket/chat', { message_type: 'chat_completion' }],
    ['/streaming/websocket', { type: 'chat' }],
  ])('gives one answer to one key on %s, however often it is asked', async (path, type) => {
    const gate = ollama.hold(1);
    const asked = ollama.requests.length;
    const keyed = { ...type, model: 'phi3', messages: HELLO, idempotency_key: path };
    const first = await WsClient.open(gateway.url + path);
    first.say(keyed);
    const { generation_id: id } = (await first.next()).data as { generation_id: string };
    // It waits for who has a key, and so means to come back.
    first.kill();
    await first.closed;
    const second = await WsClient.open(gateway.url + path);
    second.say(keyed);
    gate.open();
    const said = await second.until(isEnd);
    expect(said.at(-1)).toMatchObject({
      data: { type: 'complete', generation_id: id, text: PIECES.join('') },
    });
    expect(ollama.requests.slice(asked).filter(({ path }) => path === '/api/chat')).toHaveLength(1);
    second.say({ ...keyed, temperature: 0 });
    expect(await second.next()).toMatchObject({ data: { error: { code: 'idempotency_conflict' } } });
    second.close();
  });

  it('carries several answers at once', async () => {
    const gates = [ollama.hold(1), ollama.hold(1)];
    gates.forEach(() => client.say({ model: 'phi3', messages: HELLO }));
    const first = (await client.next()).data as { generation_id: string };
    const second = (await client.next()).data as { generation_id: string };
    expect(first.generation_id).not.toBe(second.generation_id);
    for (const gate of gates.toReversed()) gate.open();
    await client.until(isEnd);
    await client.until(isEnd);
  });
});

describe('a client that is gone', () => {
  it.each(['closes', 'crashes'])('stops its answers when it %s', async (how) => {
    const other = await WsClient.open(`${gateway.url}/streaming/websocket/chat`);
    const gate = ollama.hold(1);
    other.say({ model: 'phi3', messages: HELLO });
    const { generation_id: id } = (await other.next()).data as { generation_id: string };
    const { request } = await gate.reached;
    if (how === 'closes') other.close();
    else other.kill();
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    expect((await gateway.storage.outcomeOf(id)).outcome).toEqual({
      status: 'cancelled',
      reason: 'client_gone',
    });
  });

  it('lets them go on where it said so', async () => {
    const other = await WsClient.open(`${gateway.url}/streaming/websocket/chat`);
    const gate = ollama.hold(1);
    other.say({ model: 'phi3', messages: HELLO, on_disconnect: 'continue' });
    const { generation_id: id } = (await other.next()).data as { generation_id: string };
    other.kill();
    await other.closed;
    gate.open();
    expect((await gateway.storage.outcomeOf(id)).outcome).toMatchObject({ status: 'finished' });
  });
});
