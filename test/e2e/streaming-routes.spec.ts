import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppConfig } from '../../src/config/index.js';
import { ExtraListeners } from '../../src/extra-listeners.js';
import { SseService } from '../../src/modules/realtime/channels/sse.service.js';
import { ConnectionManager } from '../../src/modules/realtime/connections/connection-manager.js';
import { StreamingService } from '../../src/modules/realtime/streaming.service.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { freePort } from '../support/free-port.js';
import { SocketClient } from '../support/socket-client.js';
import { WsClient } from '../support/ws-client.js';

const HELLO = [{ role: 'user', content: 'Hello' }];

let ollama: FakeOllama;
let gateway: TestGateway;
let extra: ExtraListeners;
/** As the streaming API is reached: on a port of its own. */
let url: string;

beforeAll(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  const port = await freePort();
  gateway = await createGateway({
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    STREAMING_API_PORT: String(port),
    EXTRA_PORTS: String(port),
  });
  extra = await ExtraListeners.open(gateway.app, gateway.app.get<AppConfig>(AppConfig).http);
  url = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await gateway.close();
  await extra.close();
  await ollama.close();
});

const read = async (path: string): Promise<unknown> => (await fetch(`${url}${path}`)).json();

describe('the streaming API on a port of its own', () => {
  it('is healthy', async () => {
    expect(await read('/health')).toMatchObject({
      status: 'healthy',
      service: 'streaming-api',
      websocket_enabled: true,
      sse_enabled: true,
      timestamp: expect.any(String) as string,
    });
  });

  it('says what it offers', async () => {
    expect(await read('/streaming/status')).toMatchObject({
      service: 'streaming-api',
      status: 'running',
      capabilities: { chat: true, metrics: true, alerts: true, status: true, websocket: true, sse: true },
      limits: { websocket_connections: 1000, sse_connections: 500 },
      connections: { websocket: 0, sse: 0 },
    });
  });

  it('upgrades what asks for it, and hints to what does not', async () => {
    expect((await fetch(`${url}/streaming/websocket`)).status).toBe(426);
    const upgraded = await new Promise<number | undefined>((resolve, reject) => {
      const asked = request(`${url}/streaming/websocket`, {
        headers: {
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
        },
      });
      asked.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response.statusCode);
      });
      asked
        .on('error', reject)
        .on('response', ({ statusCode }) => resolve(statusCode))
        .end();
    });
    expect(upgraded).toBe(101);
  });

  it('answers a chat with a message that has its type, its time and its data', async () => {
    const client = await WsClient.open(`${url}/streaming/websocket/chat`);
    client.say({ message_type: 'chat_completion', model_id: 'mixtral-8x7b', messages: HELLO, stream: true });
    expect(await client.next()).toMatchObject({
      message_type: 'chat_completion',
      timestamp: expect.any(String) as string,
      data: expect.any(Object) as object,
    });
    client.close();
    await client.closed;
  });

  it('takes Socket.IO, by both of its transports', async () => {
    for (const transport of ['polling', 'websocket']) {
      const client = await SocketClient.open(url, { transports: [transport] });
      expect(await client.ask('ping')).toMatchObject({ pong: true });
      client.close();
    }
  });

  it('says who is connected', async () => {
    const client = await WsClient.open(`${url}/streaming/websocket`);
    client.say({ type: 'subscribe', channels: ['alerts'] });
    await client.next();
    expect(await read('/streaming/connections')).toEqual({
      active: { websocket: 1, sse: 0 },
      total: expect.any(Number) as number,
      peak: expect.any(Number) as number,
      list: [
        {
          id: expect.any(String) as string,
          transport: 'websocket',
          path: '/streaming/websocket',
          state: 'open',
          opened_at: expect.any(String) as string,
          idle_seconds: expect.any(Number) as number,
          generations: 0,
          channels: ['alerts'],
        },
      ],
    });
    client.close();
    await client.closed;
  });

  it('delivers nearly everything, and loses nearly nobody', async () => {
    const fresh = await createGateway({ OLLAMA_URL: ollama.origin, MODELS_ADMIT: 'any' });
    for (let i = 0; i < 20; i++) {
      const client = await WsClient.open(`${fresh.url}/streaming/websocket/chat`);
      client.say({ model: 'phi3', messages: HELLO });
      await client.until(({ data }) => (data as { type: string }).type === 'complete');
      client.close();
      await client.closed;
    }
    expect(fresh.app.get(StreamingService).getWebsocketPerformance()).toBeGreaterThan(95);
    expect(fresh.app.get(SseService).getSsePerformance()).toBeGreaterThan(90);
    expect(fresh.app.get(ConnectionManager).getConnectionStability()).toBeGreaterThan(99);
    expect(await (await fetch(`${fresh.url}/streaming/metrics`)).json()).toMatchObject({
      websocket: { connections: 0, performance: expect.any(Number) as number },
      sse: { performance: 100 },
      latency_ms: { p50: expect.any(Number) as number, p95: expect.any(Number) as number },
      stability: expect.any(Number) as number,
      errors: {},
    });
    await fresh.close();
  });

  it('is counted for Prometheus, by names that are there at any time', async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    for (const name of [
      'streaming_websocket_connections_active',
      'streaming_sse_connections_active',
      'streaming_connections_total',
      'streaming_messages_sent_total',
      'streaming_message_latency_seconds',
      'streaming_errors_total',
      'streaming_connection_stability_ratio',
      'stream_slow_client_total',
    ])
      expect(text).toContain(`# TYPE ${name} `);
    expect(text).toMatch(/streaming_connections_total{transport="websocket",result="opened"} \d/);
  });
});
