import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ChannelHub } from '../../src/modules/realtime/channels/channel-hub.js';
import { ConnectionManager } from '../../src/modules/realtime/connections/connection-manager.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { nextTurn } from '../support/event-loop.js';
import { eventually } from '../support/eventually.js';
import type { Exchange } from '../support/exchange.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { Gate } from '../support/gate.js';
import { askChat, generationOf } from '../support/gateway-calls.js';
import { SocketClient } from '../support/socket-client.js';
import { stalled } from '../support/stalled.js';
import { WsClient } from '../support/ws-client.js';

const HELLO = [{ role: 'user', content: 'Hello' }];
const CHAT_PATH = '/streaming/websocket/chat';
const PATHS = [CHAT_PATH, '/streaming/websocket', '/ws/ai/stream'];
const SOCKET_IO = '/socket.io/?EIO=4&transport=websocket';
const MOST_BYTES = 4096;

let ollama: FakeOllama;
let gateway: TestGateway;
let manager: ConnectionManager;
const open: { kill(): void }[] = [];

async function connect(
  path = CHAT_PATH,
  options: Parameters<typeof WsClient.open>[1] = {},
): Promise<WsClient> {
  const client = await WsClient.open(`${gateway.url}${path}`, options);
  open.push(client);
  return client;
}

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  gateway = await createGateway({
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    WEBSOCKET_MESSAGE_SIZE_LIMIT: String(MOST_BYTES),
    WEBSOCKET_MAX_MESSAGES_PER_SECOND: '40',
  });
  manager = gateway.app.get(ConnectionManager);
});
afterEach(async () => {
  for (const client of open.splice(0)) client.kill();
  await eventually(() => manager.count === 0);
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

describe('a client that says too much', () => {
  it.each(PATHS)('loses its connection to %s by one message that is too large', async (path) => {
    const client = await connect(path);
    client.say('x'.repeat(MOST_BYTES + 1));
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it('also where the message was small before it was unpacked', async () => {
    const client = await connect(CHAT_PATH, { perMessageDeflate: { threshold: 0 } });
    client.say(`{"x":"${'a'.repeat(MOST_BYTES)}"}`);
    expect(await client.closed).toMatchObject({ code: 1009 });
  });

  it.each(PATHS)('loses its connection to %s by too many messages', async (path) => {
    const client = await connect(path);
    for (let i = 0; i < 100; i++) client.say('{"type":"?"}');
    expect(await client.closed).toMatchObject({ code: 1008 });
  });

  it('loses its connection of Socket.IO as well', async () => {
    const client = await SocketClient.open(gateway.url, { transports: ['websocket'] });
    const closed = new Promise((resolve) => client.socket.once('disconnect', resolve));
    for (let i = 0; i < 100; i++) client.socket.emit('ping', {});
    expect(await closed).toBe('transport close');
    const large = await SocketClient.open(gateway.url, { transports: ['websocket'] });
    const cut = new Promise((resolve) => large.socket.once('disconnect', resolve));
    large.socket.emit('chat', 'x'.repeat(MOST_BYTES));
    expect(await cut).toBe('transport close');
  });

  it('also before it has said who it is', async () => {
    const polling = `${gateway.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(polling)).text()).slice(1)) as { sid: string };
    const joins = Array<string>(100).fill('40/nowhere,').join('\x1e');
    await fetch(`${polling}&sid=${sid}`, { method: 'POST', body: joins }).catch(() => undefined);
    expect((await fetch(`${polling}&sid=${sid}`)).status).toBe(400);
  });

  it('may follow no more than so many answers at once', async () => {
    const gates = Array.from({ length: 32 }, () => ollama.hold(0));
    const client = await connect();
    for (let i = 0; i < 33; i++) client.say({ model: 'phi3', messages: HELLO });
    expect(await client.next()).toMatchObject({ data: { type: 'error', error: { code: 'server_busy' } } });
    await Promise.all(gates.map(({ reached }) => reached));
    client.kill();
    for (const gate of gates) gate.open();
  });

  it('may watch no more than so many, also where it asks for all at once', async () => {
    const gates = Array.from({ length: 33 }, () => ollama.hold(1));
    const answers = await Promise.all(gates.map(() => askChat(gateway, { stream: true })));
    const client = await SocketClient.open(gateway.url, { transports: ['websocket'] });
    open.push(client);
    const watches = answers.map((answer) => client.ask('watch', { generation_id: generationOf(answer) }));
    const refused = (await Promise.all(watches)).filter(({ error }) => error !== undefined);
    expect(refused).toEqual([{ error: expect.objectContaining({ code: 'server_busy' }) as object }]);
    for (const gate of gates) gate.open();
    await Promise.all(answers.map((answer) => answer.text()));
  });
});

describe('a client that pings on and on, and reads no pong', () => {
  it.each([...PATHS, SOCKET_IO])('is cut off from %s', async (path) => {
    const client = await connect(path);
    client.socket.pause();
    for (let i = 0; i < 150_000 && client.socket.readyState === WebSocket.OPEN; i++) {
      client.socket.ping('x'.repeat(125));
      if (i % 500 === 0) await nextTurn();
    }
    client.socket.resume();
    client.close();
    // A farewell would have a code of its own.
    expect(await client.closed).toMatchObject({ code: 1006 });
  });
});

describe('a client of Socket.IO that asks on and on, and fetches no answer', () => {
  it('is let go', async () => {
    const patient = await createGateway({ WEBSOCKET_MAX_MESSAGES_PER_SECOND: '100000' });
    const polling = `${patient.url}/socket.io/?EIO=4&transport=polling`;
    const { sid } = JSON.parse((await (await fetch(polling)).text()).slice(1)) as { sid: string };
    const say = (body: string) => fetch(`${polling}&sid=${sid}`, { method: 'POST', body });
    await say('40');
    const questions = Array.from({ length: 600 }, (_, id) => `42${id}["ping"]`).join('\x1e');
    expect((await say(questions)).status).toBe(200);
    // It has not fetched one of them, and may well do so yet.
    expect(patient.app.get(ConnectionManager).count).toBe(1);
    await say(questions).catch(() => undefined);
    await eventually(() => patient.app.get(ConnectionManager).count === 0);
    expect((await fetch(`${polling}&sid=${sid}`)).status).toBe(400);
    await patient.close();
  });

  it('is none that only does not answer', async () => {
    const patient = await createGateway({ WEBSOCKET_MAX_MESSAGES_PER_SECOND: '100000' });
    const client = await SocketClient.open(patient.url, { transports: ['websocket'] });
    for (let i = 0; i < 3_000; i++) client.socket.emit('ping', i);
    expect(await client.ask('ping')).toMatchObject({ pong: true });
    client.close();
    await patient.close();
  });
});

describe('a client that says nothing', () => {
  it('is let go after its time, for having said nothing', async () => {
    const silent = await connect();
    const talking = await connect();
    talking.say('{"type":"cancel"}');
    await talking.next();
    manager.sweep(performance.now() + 299_000);
    expect(manager.count).toBe(2);
    manager.sweep(performance.now() + 301_000);
    expect(await silent.closed).toMatchObject({ code: 4408 });
    expect(talking.socket.readyState).toBe(1);
  });

  it('is let go when it has been idle for too long, unless it follows an answer', async () => {
    const gate = ollama.hold(1);
    const [idle, busy] = [await connect(), await connect()];
    idle.say('{"type":"cancel"}');
    await idle.next();
    busy.say({ model: 'phi3', messages: HELLO });
    await busy.next();
    manager.sweep(performance.now() + 1_801_000);
    expect(await idle.closed).toMatchObject({ code: 4408 });
    expect(busy.socket.readyState).toBe(1);
    gate.open();
    await busy.until(({ data }) => (data as { type: string }).type === 'complete');
  });

  it('is not idle while it listens to a channel', async () => {
    const subscriber = await connect('/streaming/websocket');
    subscriber.say({ type: 'subscribe', channels: ['alerts'] });
    await subscriber.next();
    manager.sweep(performance.now() + 1_801_000);
    subscriber.say({ type: 'unsubscribe', channels: ['alerts'] });
    await subscriber.next();
    manager.sweep(performance.now() + 1_801_000);
    expect(await subscriber.closed).toMatchObject({ code: 4408 });
  });

  it('is let go when it does not answer pings', async () => {
    const dead = await connect(CHAT_PATH, { autoPong: false });
    const alive = await connect();
    const pinged = new Promise((resolve) => alive.socket.once('ping', resolve));
    manager.beat();
    await pinged;
    await eventually(() => alive.socket.bufferedAmount === 0);
    const again = new Promise((resolve) => alive.socket.once('ping', resolve));
    // The pong has to come in before the next beat asks for it.
    alive.say('{"type":"cancel"}');
    await alive.next();
    manager.beat();
    expect(await dead.closed).toMatchObject({ code: 1006 });
    await again;
    expect(alive.socket.readyState).toBe(1);
  });
});

describe('a client that does not read', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));

  /** The next answer never ends, as fast as it is taken. */
  function answerForever(): Gate<Exchange> {
    const gate = new Gate<Exchange>();
    gate.open();
    ollama.script(async (exchange) => {
      exchange.head(200, ollama.streamHeaders);
      await exchange.hold(gate);
      const line = ollama.toWire(ollama.piecePayload(exchange.request, ' token')).toString().repeat(200);
      for (let i = 0; i < 2_000; i++) await exchange.write(line);
      for (const payload of ollama.endPayloads(exchange.request))
        await exchange.write(ollama.toWire(payload));
      await exchange.end();
    });
    return gate;
  }

  it('pauses its upstream, is told so after a while, and loses its connection', async () => {
    const gate = answerForever();
    const client = await connect();
    client.socket.pause();
    client.say({ model: 'phi3', messages: HELLO });
    const exchange = await gate.reached;
    await stalled(exchange);
    vi.advanceTimersByTime(29_000);
    expect(exchange.isOver).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(await exchange.closed).toHaveProperty('closedBy', 'client');
    const record = await gateway.storage.outcomeOf(gateway.storage.begins.at(-1)!.id);
    expect(record.outcome).toEqual({ status: 'cancelled', reason: 'slow_client' });
    client.socket.resume();
    expect(await client.closed).toMatchObject({ code: 1013 });
    expect(client.messages.items.at(-1)).toMatchObject({
      data: { type: 'cancelled', reason: 'slow_client' },
    });
  });

  it('gets everything once it reads, and keeps nobody else waiting', async () => {
    const gate = answerForever();
    const client = await connect();
    client.socket.pause();
    client.say({ model: 'phi3', messages: HELLO });
    const exchange = await gate.reached;
    await stalled(exchange);

    ollama.answer({ pieces: ['fast'] });
    const other = await connect();
    other.say({ model: 'phi3', messages: HELLO });
    await other.until(({ data }) => (data as { type: string }).type === 'complete');

    const resumed = exchange.flushedBytes;
    client.socket.resume();
    await eventually(() => exchange.flushedBytes > resumed);
    client.kill();
    expect(await exchange.closed).toHaveProperty('closedBy', 'client');
  });

  it('pauses its upstream on Socket.IO too, and loses its connection', async () => {
    const gate = answerForever();
    const client = await SocketClient.open(gateway.url, { transports: ['websocket'] });
    await client.ask('chat', { model: 'phi3', messages: HELLO, on_disconnect: 'cancel' });
    (client.socket.io.engine.transport as unknown as { ws: { pause(): void } }).ws.pause();
    const exchange = await gate.reached;
    await stalled(exchange);
    vi.advanceTimersByTime(30_000);
    expect(await exchange.closed).toHaveProperty('closedBy', 'client');
    // It does not take its farewell either.
    vi.advanceTimersByTime(5_000);
    await eventually(() => manager.count === 0);
    client.kill();
  });
});

describe('messages above 1 KiB', () => {
  it('are compressed where the client agrees', async () => {
    const text = 'x'.repeat(2_000);
    ollama.answer({ pieces: [text] });
    for (const perMessageDeflate of [true, false]) {
      const client = await connect(CHAT_PATH, { perMessageDeflate });
      expect(client.socket.extensions).toBe(perMessageDeflate ? 'permessage-deflate' : '');
      client.say({ model: 'phi3', messages: HELLO });
      expect(await client.next()).toMatchObject({ data: { text } });
    }
  });
});

describe('a client that does not read the alerts it wanted', () => {
  /** Does not get smaller. */
  const ALERT = { name: randomBytes(48 * 1024).toString('base64') };
  const TOLD = 'alerts were not read in time';

  /** Until the only subscriber is given up, and some more. */
  async function sayTooMuch(): Promise<void> {
    const hub = gateway.app.get(ChannelHub);
    const say = async () => {
      hub.publish('alerts', ALERT);
      hub.flush();
      await nextTurn();
    };
    await eventually(async () => {
      await say();
      return hub.countOf('alerts') === 0;
    });
    for (let i = 0; i < 10; i++) await say();
  }

  async function letGo(): Promise<number> {
    const text = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(/^stream_slow_client_total\{policy="close"\} (\d+)$/m.exec(text)?.[1] ?? 0);
  }

  it('is told why and let go, and counted once', async () => {
    const client = await connect('/streaming/websocket');
    client.say({ type: 'subscribe', channels: ['alerts'] });
    await client.next();
    client.socket.pause();
    const before = await letGo();
    await sayTooMuch();
    expect((await letGo()) - before).toBe(1);
    client.socket.resume();
    expect(await client.closed).toEqual({ code: 1013, reason: TOLD });
  });

  it('is told so by Socket.IO too, which has no close codes', async () => {
    const client = await SocketClient.open(gateway.url, { transports: ['websocket'] });
    open.push(client);
    await client.ask('subscribe', { channel: 'alerts' });
    const closed = new Promise((resolve) => client.socket.once('disconnect', resolve));
    const { ws } = client.socket.io.engine.transport as unknown as { ws: WebSocket };
    ws.pause();
    await sayTooMuch();
    ws.resume();
    expect(await client.nextOf('error')).toMatchObject({ error: { code: 'slow_client', message: TOLD } });
    expect(await closed).toBe('transport close');
  });
});
