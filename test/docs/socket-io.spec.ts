import { readFile } from 'node:fs/promises';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type {
  ClientToServerEvents,
  ServerToClientEvents,
} from '../../src/modules/realtime/socket-io/client-events.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { SocketClient } from '../support/socket-client.js';

const PAGE = 'docs/socket-io.md';
const TYPES = 'src/modules/realtime/socket-io/client-events.ts';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await createGateway({ CITADEL_ENV: 'development' });
});
afterAll(() => gateway.close());

describe(PAGE, () => {
  it('shows the types as they are', async () => {
    const page = await readFile(PAGE, 'utf8');
    expect(/```ts\n([\s\S]*?)```/.exec(page)?.[1]).toBe(await readFile(TYPES, 'utf8'));
  });

  it('has types by which a client can be written', async () => {
    const client = await SocketClient.open(gateway.url);
    const socket = client.socket as Socket<ServerToClientEvents, ClientToServerEvents>;
    const texts: string[] = [];
    socket.on('chunk', ({ text, seq }) => {
      expectTypeOf(seq).toBeNumber();
      texts.push(text);
    });
    const whole = new Promise<string>((resolve, reject) => {
      socket.on('complete', ({ text }) => resolve(text));
      socket.on('error', ({ error }) => reject(new Error(error.message)));
      socket.on('disconnect', (reason) => reject(new Error(reason)));
    });
    const answer = await socket.emitWithAck('chat', {
      model: 'sim/words?tokens=5&tps=1000',
      message: 'Hello',
    });
    expect(answer).toHaveProperty('generation_id');
    expect(await whole).toBe(texts.join(''));
    client.close();
  });
});
