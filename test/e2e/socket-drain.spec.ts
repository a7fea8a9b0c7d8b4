import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { FakeOllama } from '../support/fake-ollama.js';
import { SocketClient } from '../support/socket-client.js';
import { WsClient } from '../support/ws-client.js';

const HELLO = [{ role: 'user', content: 'Hello' }];
const IN_TIME_MS = 3_000;

let ollama: FakeOllama;
let gateway: TestGateway;

beforeEach(async () => {
  ollama = await new FakeOllama({ models: 'any' }).listen();
  ollama.answer({ pieces: ['one', ' two'] });
});
afterEach(() => ollama.close());

async function start(drainTimeoutS: string): Promise<void> {
  gateway = await createGateway({
    OLLAMA_URL: ollama.origin,
    MODELS_ADMIT: 'any',
    DRAIN_TIMEOUT_S: drainTimeoutS,
  });
}

describe('closing the gateway', () => {
  it('tells idle clients to come back, and takes no new ones', async () => {
    await start('30');
    const gate = ollama.hold(1);
    const busy = await WsClient.open(`${gateway.url}/streaming/websocket/chat`);
    busy.say({ model: 'phi3', messages: HELLO });
    await busy.next();
    const idle = await WsClient.open(`${gateway.url}/ws/ai/stream`);
    const closing = gateway.app.close();

    expect(await idle.closed).toEqual({ code: 1012, reason: '' });
    await expect(WsClient.open(`${gateway.url}/ws/ai/stream`)).rejects.toMatchObject({ status: 503 });
    busy.say({ model: 'phi3', messages: HELLO });
    expect(await busy.next()).toMatchObject({ data: { type: 'error', error: { code: 'shutdown' } } });
    gate.open();
    expect(await busy.next()).toMatchObject({ data: { type: 'chunk', text: ' two' } });
    const { data } = await busy.next();
    expect(data).toMatchObject({ type: 'complete', text: 'one two' });
    const { generation_id: id } = data as { generation_id: string };
    expect(await busy.closed).toEqual({ code: 1012, reason: `${id}:1` });
    await closing;
  });

  it('tells clients whose answers did not end in time where to go on', async () => {
    await start('0.1');
    ollama.hold(1);
    const client = await WsClient.open(`${gateway.url}/streaming/websocket/chat`);
    client.say({ model: 'phi3', messages: HELLO });
    const { generation_id: id } = (await client.next()).data as { generation_id: string };
    await gateway.app.close();
    expect(await client.next()).toMatchObject({ data: { type: 'cancelled', reason: 'shutdown' } });
    expect(await client.closed).toEqual({ code: 1012, reason: `${id}:0` });
  });

  it.each([
    ['polling', ['polling']],
    ['WebSocket', ['websocket']],
    ['both', undefined],
  ])('ends the transport of a client of Socket.IO by %s, so that it comes back', async (_, transports) => {
    await start('0.1');
    ollama.hold(1);
    const client = await SocketClient.open(gateway.url, { ...(transports && { transports }) });
    const { generation_id: id } = await client.ask('chat', { model: 'phi3', messages: HELLO });
    await client.nextOf('chunk');
    const reason = new Promise((resolve) => client.socket.once('disconnect', resolve));
    await gateway.app.close();
    expect((await client.untilClosed(id)).map(({ name }) => name)).toEqual(['cancelled', 'close']);
    expect(await reason).toMatch(/^transport/);
  });

  it.each(['WebSocket', 'Socket.IO', 'polling'])(
    'does not wait for a client of %s that is deaf',
    async (kind) => {
      await start('0.1');
      let leave: () => void;
      if (kind === 'WebSocket') {
        const client = await WsClient.open(`${gateway.url}/streaming/websocket`);
        client.socket.pause();
        leave = () => client.kill();
      } else {
        const transports = [kind === 'polling' ? 'polling' : 'websocket'];
        const client = await SocketClient.open(gateway.url, { transports });
        const { ws } = client.socket.io.engine.transport as unknown as { ws?: { pause(): void } };
        ws?.pause();
        leave = () => client.kill();
      }
      const startedAt = performance.now();
      await gateway.app.close();
      expect(performance.now() - startedAt).toBeLessThan(IN_TIME_MS);
      leave();
    },
  );
});
