import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ConnectionManager } from '../../src/modules/realtime/connections/connection-manager.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually, withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { askChat, generationOf, readUntil } from '../support/gateway-calls.js';
import { SocketClient, type SaidEvent } from '../support/socket-client.js';
import { WsClient } from '../support/ws-client.js';

const PIECES = ['Hé', 'llo', ' 👋', ' "quoted"\n'];
const WHOLE = PIECES.join('');
const HELLO = [{ role: 'user', content: 'Hello' }];
const CHAT = { model: 'phi3', messages: HELLO };

let ollama: FakeOllama;
let gateway: TestGateway;
const open: SocketClient[] = [];

const connect = async (options: Parameters<typeof SocketClient.open>[1] = {}): Promise<SocketClient> => {
  const client = await SocketClient.open(gateway.url, options);
  open.push(client);
  return client;
};
const textOf = (events: readonly SaidEvent[]): string =>
  events.map(({ name, payload }) => (name === 'chunk' ? (payload.text as string) : '')).join('');

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: PIECES });
  gateway = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
});
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

describe.each([
  ['polling', { transports: ['polling'] }],
  ['WebSocket', { transports: ['websocket'] }],
  ['polling that is upgraded', {}],
])('a Socket.IO client by %s', (transport, options) => {
  it('is told what it may do, and gets an answer in events', async () => {
    const client = await connect(options);
    if (transport.includes('upgraded'))
      await eventually(() => client.socket.io.engine.transport.name === 'websocket');
    expect(await client.next()).toEqual({
      name: 'connected',
      payload: {
        connection_id: expect.any(String) as string,
        heartbeat_ms: 30_000,
        limits: { message_bytes: 1_048_576, messages_per_second: 100, generations: 32 },
      },
    });
    const { generation_id: id } = await client.ask('chat', CHAT);
    expect(id).toMatch(/^chatcmpl-/);
    const events = await client.untilClosed(id);
    expect(events.map(({ name }) => name)).toEqual([
      'status',
      ...PIECES.map(() => 'chunk'),
      'complete',
      'close',
    ]);
    expect(events[0]!.payload).toEqual({ generation_id: id, seq: -1, status: 'running' });
    expect(events[1]!.payload).toEqual({ generation_id: id, seq: 0, text: PIECES[0], index: 0 });
    expect(events.at(-2)!.payload).toMatchObject({
      text: WHOLE,
      finish_reason: 'stop',
      usage: { total_tokens: expect.any(Number) as number },
    });
    const numbers = events.map(({ payload }) => payload.seq as number);
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    expect(textOf(events)).toBe(WHOLE);
  });
});

describe('a program that speaks the protocol of Socket.IO', () => {
  /** Says these packets, each as the answer to one that begins so, until its connection is closed. */
  async function converse(answers: Readonly<Record<string, readonly string[]>>): Promise<string[]> {
    const heard: string[] = [];
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    socket.on('message', (data: Buffer) => {
      const packet = data.toString();
      heard.push(packet);
      const said = Object.entries(answers).find(([start]) => packet.startsWith(start));
      for (const answer of said?.[1] ?? []) socket.send(answer);
    });
    await withDeadline(new Promise((resolve) => socket.once('close', resolve)), { what: 'the close' });
    return heard;
  }

  it('loses its connection when it leaves', async () => {
    expect((await converse({ '40{': ['41'], '0{': ['40'] })).at(-1)).toMatch(/^42\["connected"/);
    await eventually(() => gateway.app.get(ConnectionManager).count === 0);
  });

  it('loses its connection when it joins twice', async () => {
    const heard = await converse({ '0{': ['40', '40'] });
    expect(heard.filter((packet) => packet.startsWith('42["connected"')).length).toBeLessThan(2);
    await eventually(() => gateway.app.get(ConnectionManager).count === 0);
  });
});

describe('a Socket.IO client', () => {
  it('is told that binary data is not understood', async () => {
    const client = await connect();
    for (const binary of [Buffer.alloc(100_000), { messages: new Float32Array(9) }])
      expect(await client.ask('chat', binary)).toMatchObject({
        error: { code: 'invalid_json', message: expect.stringContaining('binary data') as string },
      });
  });

  it('may say a single message, choose an agent, and see how far it is', async () => {
    const client = await connect();
    const { generation_id: id } = await client.ask('chat', {
      message: 'Hello',
      model: 'phi3',
      max_tokens: 8,
    });
    const events = await client.untilClosed(id);
    expect(events.filter(({ name }) => name === 'progress').map(({ payload }) => payload.percent)).toEqual([
      12, 25, 37, 50,
    ]);
  });

  it('may give an agent a task', async () => {
    const client = await connect();
    const task = { agent_type: 'qa_engineer', task: 'Design performance test plan', context: {} };
    const { generation_id: id } = await client.ask('agent', task);
    expect((await client.untilClosed(id)).at(-2)).toMatchObject({
      name: 'complete',
      payload: { text: WHOLE },
    });
  });

  it('gets reasoning and tool calls as events of their own', async () => {
    ollama.answer({
      thinking: ['hm'],
      pieces: ['ok'],
      toolCalls: [{ name: 'look', arguments: { a: 1 } }],
    });
    const client = await connect();
    const { generation_id: id } = await client.ask('chat', CHAT);
    const names = (await client.untilClosed(id)).map(({ name }) => name);
    ollama.answer({ pieces: PIECES });
    expect(names).toEqual(['status', 'reasoning', 'chunk', 'tool_call', 'complete', 'close']);
  });

  it('may stop an answer, by its id', async () => {
    const gate = ollama.hold(1);
    const client = await connect();
    const { generation_id: id } = await client.ask('chat', CHAT);
    await client.nextOf('chunk');
    expect(await client.ask('cancel', { generation_id: id })).toEqual({ status: 'cancelled' });
    const events = await client.untilClosed(id);
    expect(events.map(({ name }) => name)).toEqual(['cancelled', 'close']);
    expect(events[0]!.payload).toMatchObject({ reason: 'cancelled', usage: expect.any(Object) as object });
    const { request } = await gate.reached;
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
    expect(await client.ask('cancel', { generation_id: id })).toMatchObject({
      error: { code: 'already_finished' },
    });
  });

  it.each([
    ['chat', { model: 'phi3' }, 'invalid_request', 'messages'],
    ['chat', { ...CHAT, n: 'two' }, 'invalid_value', 'n'],
    ['chat', { ...CHAT, profile: 'loud' }, 'invalid_value', 'profile'],
    ['agent', { agent_type: 'qa_engineer' }, 'invalid_request', 'task'],
    ['agent', { agent_type: 'nobody', task: 'x' }, 'unknown_agent', 'agent_type'],
    ['cancel', { generation_id: 'chatcmpl-0' }, 'generation_not_found', 'generation_id'],
    ['cancel', {}, 'invalid_request', 'generation_id'],
    ['watch', { generation_id: 'chatcmpl-0' }, 'generation_not_found', 'generation_id'],
    ['subscribe', { channel: 'gossip' }, 'invalid_value', 'channel'],
    ['dance', {}, 'invalid_value', 'event'],
  ])('is told what is wrong with %s %j', async (event, payload, code, param) => {
    const client = await connect();
    expect(await client.ask(event, payload)).toEqual({
      error: { message: expect.stringMatching(/\S/) as string, type: 'invalid_request_error', param, code },
    });
  });

  it('shows no credential by an empty text', async () => {
    const client = await connect({ auth: { token: '', ticket: '' } });
    expect(client.socket.connected).toBe(true);
    const plain = await WsClient.open(`${gateway.url}/streaming/websocket?ticket=`);
    plain.say({ type: 'ping' });
    expect(await plain.next()).toMatchObject({ data: { type: 'pong' } });
    plain.close();
  });

  it('is told as an event where it wants no acknowledgement', async () => {
    const client = await connect();
    client.socket.emit('chat', 'nonsense');
    expect(await client.nextOf('error')).toMatchObject({ error: { code: 'invalid_request' } });
  });

  it('hears a failure as an error, and a close', async () => {
    ollama.answer({ pieces: ['a'], error: 'out of memory' });
    const client = await connect();
    const { generation_id: id } = await client.ask('chat', CHAT);
    const events = await client.untilClosed(id);
    ollama.answer({ pieces: PIECES });
    expect(events.slice(-2)).toMatchObject([
      { name: 'error', payload: { generation_id: id, error: { code: 'upstream_error', param: null } } },
      { name: 'close' },
    ]);
  });

  it('carries several answers at once', async () => {
    const gates = [ollama.hold(1), ollama.hold(1), ollama.hold(1)];
    const client = await connect({ transports: ['polling'] });
    const asked = await Promise.all(gates.map(() => client.ask('chat', CHAT)));
    for (const gate of gates.toReversed()) {
      await gate.reached;
      gate.open();
    }
    const closed = new Map<unknown, string>();
    while (closed.size < asked.length) {
      const { name, payload } = await client.next();
      if (name === 'complete') closed.set(payload.generation_id, payload.text as string);
    }
    expect(closed).toEqual(new Map(asked.map(({ generation_id: id }) => [id, WHOLE])));
  });

  it('gets one answer for one key, however often it asks', async () => {
    const gate = ollama.hold(1);
    const asked = ollama.requests.length;
    const [first, second] = [await connect(), await connect()];
    const keyed = { ...CHAT, idempotency_key: 'once' };
    const { generation_id: id } = await first.ask('chat', keyed);
    expect(await second.ask('chat', keyed)).toEqual({ generation_id: id });
    gate.open();
    for (const client of [first, second]) expect(textOf(await client.untilClosed(id))).toBe(WHOLE);
    expect(ollama.requests.slice(asked).filter(({ path }) => path === '/api/chat')).toHaveLength(1);
    expect(await first.ask('chat', { ...keyed, temperature: 0 })).toMatchObject({
      error: { code: 'idempotency_conflict' },
    });
  });

  it('answers a ping', async () => {
    expect(await (await connect()).ask('ping', {})).toEqual({
      pong: true,
      time: expect.any(Number) as number,
    });
  });
});

describe('an answer on Socket.IO', () => {
  it('goes on for a client that lost its connection, which then reads the rest', async () => {
    const gate = ollama.hold(2);
    const client = await connect({ transports: ['websocket'] });
    const { generation_id: id } = await client.ask('chat', CHAT);
    const { seq } = await client.nextOf('chunk');
    await client.nextOf('chunk');
    client.kill();

    const again = await connect();
    expect(await again.ask('watch', { generation_id: id, starting_after: seq })).toEqual({
      generation_id: id,
      status: 'running',
    });
    expect((await again.nextOf('chunk')).seq).toBe((seq as number) + 1);
    gate.open();
    expect(textOf(await again.untilClosed(id))).toBe(PIECES.slice(2).join(''));
    expect((await gateway.storage.outcomeOf(id as string)).outcome).toMatchObject({ status: 'finished' });
  });

  it('can be watched by others while it runs, and afterwards, each in a profile of its own', async () => {
    const gate = ollama.hold(1);
    const response = await askChat(gateway, { stream: true });
    const id = generationOf(response);
    const { whole } = readUntil(response, PIECES[0]!);
    const [plain, grouped] = [await connect(), await connect()];
    await plain.ask('watch', { generation_id: id });
    await grouped.ask('watch', { generation_id: id, profile: 'gui' });
    gate.open();
    expect(textOf(await plain.untilClosed(id))).toBe(WHOLE);
    expect(textOf(await grouped.untilClosed(id))).toBe(WHOLE);
    expect(await whole).toMatchObject({ text: WHOLE });

    const late = await connect();
    expect(await late.ask('watch', { generation_id: id, starting_after: 0 })).toEqual({
      generation_id: id,
      status: 'finished',
    });
    const events = await late.untilClosed(id);
    expect(textOf(events)).toBe(PIECES.slice(1).join(''));
    expect(events.at(-2)).toMatchObject({ name: 'complete', payload: { text: WHOLE } });
    await late.ask('watch', { generation_id: id, starting_after: PIECES.length });
    expect((await late.untilClosed(id)).map(({ name }) => name)).toEqual(['status', 'complete', 'close']);
  });

  it('is not watched behind its end', async () => {
    const client = await connect();
    const { generation_id: id } = await client.ask('chat', CHAT);
    await client.untilClosed(id);
    const beyond = { generation_id: id, starting_after: PIECES.length + 1 };
    expect(await client.ask('watch', beyond)).toMatchObject({
      error: { code: 'invalid_value', param: 'starting_after' },
    });
  });

  it('is told once to one client, however often it asks to watch', async () => {
    const gate = ollama.hold(2);
    const client = await connect();
    const { generation_id: id } = await client.ask('chat', CHAT);
    await client.nextOf('chunk');
    await client.nextOf('chunk');
    await client.ask('watch', { generation_id: id, starting_after: 1 });
    await client.ask('watch', { generation_id: id, starting_after: 1 });
    gate.open();
    await client.untilClosed(id);
    await client.ask('ping');
    const said = client.events.items;
    expect(textOf(said)).toBe(WHOLE);
    expect(said.map(({ name }) => name).filter((name) => name !== 'chunk' && name !== 'status')).toEqual([
      'connected',
      'complete',
      'close',
    ]);
    expect((await gateway.storage.outcomeOf(id as string)).outcome).toMatchObject({ status: 'finished' });
  });

  it('is stopped at once where the client said so', async () => {
    const gate = ollama.hold(1);
    const client = await connect({ transports: ['websocket'] });
    await client.ask('chat', { ...CHAT, on_disconnect: 'cancel' });
    await client.nextOf('chunk');
    client.kill();
    const { request } = await gate.reached;
    expect(await ollama.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
  });
});

describe('strangers', () => {
  it.each([['polling'], ['websocket']])('are told why they are not let in, by %s', async (transport) => {
    const guarded = await createGateway({ TRUSTED_NETWORKS: '[]' });
    const refused = await SocketClient.open(guarded.url, { transports: [transport] }).catch(
      (error: unknown) => error,
    );
    expect(refused).toMatchObject({ data: { code: 'unauthorized' } });
    await guarded.close();
  });
});
