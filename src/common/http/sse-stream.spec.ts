import { connect } from 'node:net';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { turns } from '../../../test/support/event-loop.js';
import { eventually, withDeadline } from '../../../test/support/eventually.js';
import { SseStream } from './sse-stream.js';

const LARGE = `data: ${'x'.repeat(64 * 1024)}\n\n`;
/** As many as may write to one client that watches them all. */
const WRITERS = 16;

describe(SseStream.name, () => {
  it('says once that there is room again, however many have written to a client that did not read', async () => {
    const app = fastify();
    let drained = 0;
    let tell!: () => void;
    const hasRoom = new Promise<void>((resolve) => (tell = resolve));
    let isFull = false;
    app.get('/', (_request, reply) => {
      const sse = new SseStream(reply, {
        headers: () => ({}),
        settled: () => undefined,
        drained: () => {
          drained += 1;
          tell();
        },
        gone: () => undefined,
        tooSlow: () => '',
      });
      while (sse.write(LARGE));
      for (let writer = 1; writer < WRITERS; writer += 1) sse.write(LARGE);
      isFull = true;
    });
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }));
    const client = connect(Number(port), '127.0.0.1').pause();
    client.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n');
    await eventually(() => isFull);
    client.resume();
    await withDeadline(hasRoom);
    await turns(20);
    expect(drained).toBe(1);
    client.destroy();
    await app.close();
  });
});
