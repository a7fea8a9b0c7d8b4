import { createServer, type Server } from 'node:http';
import { EventSource } from 'eventsource';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EventBus } from '../../src/contracts/business-events.js';
import { DatabaseHealth } from '../../src/infrastructure/database/index.js';
import { AlertsSource } from '../../src/modules/realtime/channels/alerts.source.js';
import { ChannelHub } from '../../src/modules/realtime/channels/channel-hub.js';
import { SseService } from '../../src/modules/realtime/channels/sse.service.js';
import { Arrivals } from '../support/arrivals.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually, withDeadline } from '../support/eventually.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { post } from '../support/gateway-calls.js';
import { believe, caller, showing } from '../support/named-callers.js';
import { SocketClient } from '../support/socket-client.js';
import { WsClient } from '../support/ws-client.js';

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;
const NAMES = ['metrics_update', 'status_update', 'alert', 'chat_completion'];

interface Said {
  readonly name: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** A browser's EventSource that keeps all it was told. */
class EventClient {
  readonly said = new Arrivals<Said>();
  private read = 0;
  private readonly source: EventSource;

  constructor(url: string) {
    this.source = new EventSource(url);
    for (const name of NAMES)
      this.source.addEventListener(name, ({ data, lastEventId: id }) =>
        this.said.push({ name, id, data: JSON.parse(data as string) as Record<string, unknown> }),
      );
    open.push(this);
  }

  next(): Promise<Said> {
    return withDeadline(this.said.at(this.read++), { what: 'an event' });
  }

  kill(): void {
    this.source.close();
  }
}

let ollama: FakeOllama;
let gateway: TestGateway;
let hub: ChannelHub;
const open: { kill(): void }[] = [];
const streaming = (path: string) => `${gateway.url}/streaming/${path}`;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['Hé', 'llo'] });
  gateway = await createGateway({
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    SSE_MAX_CONNECTIONS: '3',
    SSE_RETRY_TIMEOUT: '1234',
  });
  hub = gateway.app.get(ChannelHub);
});
afterEach(async () => {
  for (const client of open.splice(0)) client.kill();
  const quiet = async () => ((await (await fetch(streaming('status'))).json()) as Status).connections;
  await eventually(quiet, ({ sse, websocket }) => sse + websocket === 0);
});
afterAll(async () => {
  await gateway.close();
  await ollama.close();
});

interface Status {
  readonly connections: { readonly sse: number; readonly websocket: number };
}

/** The raw text of an event stream up to where it says this. */
async function readText(path: string, until: string): Promise<{ text: string; response: Response }> {
  const controller = new AbortController();
  open.push({ kill: () => controller.abort() });
  const response = await fetch(streaming(path), {
    signal: controller.signal,
    headers: { accept: 'text/event-stream' },
  });
  let text = '';
  for await (const bytes of response.body!)
    if ((text += Buffer.from(bytes).toString()).includes(until)) break;
  return { text, response };
}

describe('channels by server-sent events', () => {
  it.each([
    ['metrics', 'metrics_update'],
    ['status', 'status_update'],
  ])('say %s at once, in envelopes with numbers that rise', async (channel, name) => {
    const client = new EventClient(streaming(`sse/${channel}`));
    expect(await client.next()).toEqual({
      name,
      id: '1',
      data: { message_type: name, timestamp: ISO, data: expect.any(Object) as object, sequence_id: 1 },
    });
    hub.publish(channel as 'metrics', { x: 'é' });
    hub.flush();
    expect(await client.next()).toMatchObject({ id: '2', data: { data: { x: 'é' }, sequence_id: 2 } });
  });

  it('say first when to come back, and comments to be kept open', async () => {
    const { text, response } = await readText('sse/metrics', 'data:');
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache, no-transform');
    expect(text).toMatch(/^retry: 1234\n\nevent: metrics_update\nid: 1\ndata: {/);
    const alerts = readText('sse/alerts', ': keep-alive\n\n');
    await eventually(() => hub.countOf('alerts') === 1);
    gateway.app.get(SseService).keepAlive();
    expect((await alerts).text).toBe('retry: 1234\n\n: keep-alive\n\n');
  });

  it('are no more than so many', async () => {
    for (let i = 0; i < 3; i++) new EventClient(streaming('sse/alerts'));
    await eventually(() => hub.countOf('alerts') === 3);
    const response = await fetch(streaming('sse/status'));
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.json()).toMatchObject({ error: 'server_busy', status_code: 503 });
  });

  it('are no more of one caller than settings say', async () => {
    const own = await createGateway({ OLLAMA_URL: ollama.origin, SSE_MAX_CONNECTIONS_PER_CALLER: '2' });
    believe(own);
    const listenAs = (id: string) =>
      fetch(`${own.url}/streaming/sse/alerts`, { headers: showing(caller(id)) });
    const held = [await listenAs('ada'), await listenAs('ada')];
    const refused = await listenAs('ada');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5']);
    held.push(await listenAs('bob'));
    expect(held.map(({ status }) => status)).toEqual([200, 200, 200]);
    await Promise.all(held.map(({ body }) => body!.cancel()));
    await own.close();
  });

  it.each([
    ['GET', 'sse/chat?message=Hello&model_id=phi3', undefined, {}, /chatcmpl-\w+:0/],
    ['POST', 'sse/chat', { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] }, {}, /1/],
    ['POST', 'sse/chat', { model_id: 'phi3', message: 'Hello' }, {}, /1/],
    ['POST', 'sse/chat', { message: 'Hello', model: 'phi3' }, { 'x-stream-resume': '1' }, /chatcmpl-\w+:0/],
  ])('answer a chat by %s %s %j %j', async (method, path, body, headers, id) => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(streaming(path), {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...init,
    });
    const text = await response.text();
    expect(response.status).toBe(200);
    const said =
      /^retry: 1234\nid: (.*)\nevent: chat_completion\ndata: {"message_type":"chat_completion"/.exec(text);
    expect(said?.[1]).toMatch(new RegExp(`^${id.source}$`));
    const messages = [...text.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as object);
    expect(messages).toMatchObject([
      { data: { type: 'chunk', text: 'Hé' }, sequence_id: 1 },
      { data: { type: 'chunk', text: 'llo' }, sequence_id: 2 },
      { data: { type: 'complete', text: 'Héllo' }, sequence_id: 3 },
    ]);
  });

  it.each(['sse/metrics', 'sse/chat?message=Hello&model=phi3'])(
    'say their head alone of %s',
    async (path) => {
      const begun = gateway.storage.begins.length;
      const response = await fetch(streaming(path), { method: 'HEAD' });
      expect([response.status, response.headers.get('content-type')]).toEqual([
        200,
        'text/event-stream; charset=utf-8',
      ]);
      expect(gateway.storage.begins).toHaveLength(begun);
    },
  );

  it('refuse a chat without a message', async () => {
    expect((await fetch(streaming('sse/chat'))).status).toBe(400);
    const refused = await post(streaming('sse/chat'), { model: 'phi3', message: 7 });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { message: expect.stringContaining('messages') as string },
    ]);
  });
});

describe('channels on sockets', () => {
  it('are subscribed to on /streaming/websocket, and left again', async () => {
    const client = await WsClient.open(streaming('websocket'));
    open.push(client);
    client.say({ type: 'subscribe', channels: ['metrics', 'status'] });
    const first = [await client.next(), await client.next(), await client.next()];
    expect(first.map(({ message_type: type }) => type).sort()).toEqual([
      'metrics_update',
      'status_update',
      'status_update',
    ]);
    client.say({ type: 'unsubscribe', channels: ['metrics'] });
    expect(await client.next()).toMatchObject({ data: { type: 'unsubscribed', channels: ['metrics'] } });
    hub.publish('metrics', { x: 1 });
    hub.publish('status', { x: 2 });
    hub.flush();
    expect(await client.next()).toEqual({
      message_type: 'status_update',
      timestamp: ISO,
      data: { x: 2 },
      sequence_id: 5,
    });
    client.say({ message_type: 'ping' });
    expect(await client.next()).toMatchObject({ data: { type: 'pong' } });
    client.say({ type: 'subscribe', channels: ['gossip'] });
    expect(await client.next()).toMatchObject({ data: { type: 'error', error: { param: 'channel' } } });
  });

  it.each([
    ['one in a list', { channels: ['status'] }, ['status']],
    ['one by its name', { channels: 'status' }, ['status']],
    ['one by the word for one', { channel: 'status' }, ['status']],
    ['each once', { channels: ['metrics', 'metrics', 'metrics', 'status'] }, ['metrics', 'status']],
    ['all where none is named', {}, ['metrics', 'status', 'alerts']],
  ])('are left as they are named: %s', async (_, named, channels) => {
    const client = await WsClient.open(streaming('websocket'));
    open.push(client);
    client.say({ type: 'unsubscribe', ...named });
    expect(await client.next()).toMatchObject({ data: { type: 'unsubscribed', channels } });
  });

  it.each([7, {}, [['metrics']], 'metrics,status'])('refuse the name %j', async (channels) => {
    const client = await WsClient.open(streaming('websocket'));
    open.push(client);
    client.say({ type: 'subscribe', channels });
    expect(await client.next()).toMatchObject({ data: { type: 'error', error: { code: 'invalid_value' } } });
  });

  it('carry chat and agents beside them', async () => {
    const client = await WsClient.open(streaming('websocket'));
    open.push(client);
    const isComplete = ({ data }: Record<string, unknown>) => (data as { type: string }).type === 'complete';
    client.say({ type: 'chat', model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] });
    expect(await client.until(isComplete)).toHaveLength(3);
    client.say({ type: 'agent', agent_type: 'qa_engineer', task: 'Plan', context: { a: 1 } });
    expect((await client.until(isComplete)).at(-1)).toMatchObject({ data: { text: 'Héllo' } });
  });

  it('are subscribed to on Socket.IO, and left again', async () => {
    const client = await SocketClient.open(gateway.url);
    open.push(client);
    expect(await client.ask('subscribe', { channel: 'alerts' })).toEqual({ channel: 'alerts' });
    expect(await client.ask('subscribe', { channel: 'alerts' })).toEqual({ channel: 'alerts' });
    hub.publish('alerts', { name: 'é' });
    hub.flush();
    expect(await client.nextOf('alert')).toEqual({
      message_type: 'alert',
      timestamp: ISO,
      data: { name: 'é' },
      sequence_id: 1,
    });
    expect(await client.ask('unsubscribe', { channel: 'alerts' })).toEqual({ channel: 'alerts' });
    expect(hub.countOf('alerts')).toBe(0);
  });
});

describe('alerts', () => {
  it('fire when a threshold was passed for long enough, are told to who comes later, and are resolved', async () => {
    const client = new EventClient(streaming('sse/alerts'));
    await eventually(() => hub.countOf('alerts') === 1);
    const source = gateway.app.get(AlertsSource);
    const now = Date.now();
    for (let i = 0; i < 10; i++)
      gateway.app.get(EventBus).emit('generation-settled', {
        outcome: { status: 'failed' },
        durationMs: 5,
        begin: { profile: 'generic', inputs: [] },
        usage: {},
      } as never);
    const tell = async (at: number) => {
      for (const alert of await source.news(at)) hub.publish('alerts', alert);
      hub.flush();
    };
    await tell(now);
    await tell(now + 31_000);
    expect((await client.next()).data.data).toEqual({
      name: 'error_rate_high',
      state: 'firing',
      severity: 'critical',
      signal: 'error_rate',
      value: expect.any(Number) as number,
      threshold: 0.1,
      since: ISO,
    });
    const late = new EventClient(streaming('sse/alerts'));
    expect((await late.next()).data.data).toMatchObject({ name: 'error_rate_high', state: 'firing' });
    await tell(now + 120_000);
    expect((await client.next()).data.data).toMatchObject({ name: 'error_rate_high', state: 'resolved' });
  });

  it('fire when the database is away', async () => {
    const source = gateway.app.get(AlertsSource);
    const database = gateway.app.get<{ isUp: boolean }>(DatabaseHealth);
    const now = Date.now();
    database.isUp = false;
    await source.news(now);
    const fired = await source.news(now + 6_000);
    database.isUp = true;
    const resolved = await source.news(now + 7_000);
    expect(fired).toMatchObject([{ name: 'dependency_lost', state: 'firing', value: 1 }]);
    expect(resolved).toMatchObject([{ name: 'dependency_lost', state: 'resolved' }]);
  });
});

describe('the channel of metrics', () => {
  it('reads from a Prometheus server, and from the gateway itself when that does not answer', async () => {
    let answers = true;
    const prometheus: Server = createServer((_request, response) => {
      if (!answers) return void response.writeHead(500).end();
      const result = [{ metric: { __name__: 'llm_calls_total' }, value: [1, '4711'] }];
      response.end(JSON.stringify({ status: 'success', data: { result } }));
    });
    await new Promise<void>((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
    const { port } = prometheus.address() as { port: number };
    const other = await createGateway({ METRICS_SERVER_ENDPOINT: `http://127.0.0.1:${port}` });
    const client = new EventClient(`${other.url}/streaming/sse/metrics`);
    expect((await client.next()).data.data).toMatchObject({
      source: 'metrics_server',
      generations_total: 4711,
    });
    answers = false;
    await other.app.get(ChannelHub).look();
    other.app.get(ChannelHub).flush();
    expect((await client.next()).data.data).toMatchObject({ source: 'gateway', generations_total: 0 });
    client.kill();
    await other.close();
    prometheus.close();
  });
});

describe('what is switched off', () => {
  it('is not there, and says so in the status', async () => {
    const without = await createGateway({ STREAMING_METRICS_ENABLED: 'off', STREAMING_CHAT_ENABLED: 'off' });
    const at = (path: string) => fetch(`${without.url}/streaming/${path}`);
    expect([(await at('sse/metrics')).status, (await at('sse/chat?message=x')).status]).toEqual([404, 404]);
    expect(await (await at('status')).json()).toMatchObject({
      capabilities: { chat: false, metrics: false, alerts: true, status: true },
    });
    const client = await WsClient.open(`${without.url}/streaming/websocket`);
    client.say({ type: 'subscribe', channels: ['metrics'] });
    expect(await client.next()).toMatchObject({ data: { error: { code: 'invalid_value' } } });
    client.say({ type: 'chat', model: 'phi3', messages: [] });
    expect(await client.next()).toMatchObject({ data: { error: { code: 'invalid_value' } } });
    client.kill();
    await without.close();
  });
});
