import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { PinoLogger } from './pino-logger.js';
import { onRequestEnd, type RequestEnd } from './request-end.js';
import { logRequests } from './request-log.js';

let server: FastifyInstance;
let ends: RequestEnd[];
let lines: string[];
let held: number;

const port = () => (server.server.address() as AddressInfo).port;
const ask = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port()}${path}`, init);

beforeEach(async () => {
  ends = [];
  lines = [];
  held = 0;
  server = fastify();
  logRequests(server, new PinoLogger('info', { write: (line) => lines.push(line) }));
  onRequestEnd(server, (end) => ends.push(end));
  server.get('/items/:id', (_, reply) => {
    return reply.header('x-generation-id', 'chatcmpl-1').send({ ok: true });
  });
  server.get('/silent', (_, reply) => {
    held++;
    reply.hijack();
  });
  server.get('/stream', (_, reply) => {
    reply.hijack();
    reply.raw.writeHead(200);
    reply.raw.write('first');
  });
  await server.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(() => server.close());

describe(onRequestEnd.name, () => {
  it('tells the route as declared, the status and the generation, once per request', async () => {
    await (await ask('/items/42?secret=1')).text();
    const [end] = await eventually(
      () => ends,
      ({ length }) => length > 0,
    );
    expect(end).toMatchObject({
      method: 'GET',
      route: '/items/:id',
      status: 200,
      aborted: false,
      generation: 'chatcmpl-1',
    });
    expect(end!.durationMs).toBeGreaterThan(0);
    expect(ends).toHaveLength(1);
  });

  it('tells of paths that have no route', async () => {
    await (await ask('/wp-admin/../x')).text();
    const [end] = await eventually(
      () => ends,
      ({ length }) => length > 0,
    );
    expect(end).toMatchObject({ route: 'unmatched', status: 404 });
  });

  it.each([
    ['before there was a status', '/silent', 499],
    ['in the middle of a stream', '/stream', 200],
  ])('tells of a client that left %s', async (_, path, status) => {
    const socket = connect(port(), '127.0.0.1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    if (status === 200) await once(socket, 'data');
    else await eventually(() => held > 0);
    socket.destroy();
    const [end] = await eventually(
      () => ends,
      ({ length }) => length > 0,
    );
    expect(end).toMatchObject({ route: path, status, aborted: true });
  });
});

describe(logRequests.name, () => {
  it('writes one line per request, without anything the caller said', async () => {
    await (
      await ask('/items/canary-1?key=canary-2', {
        headers: { authorization: 'Bearer canary-3', cookie: 'a=canary-4' },
      })
    ).text();
    await (await ask('/canary-5', { method: 'POST', body: 'canary-6' })).text();
    await eventually(() => lines.length === 2);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'info',
      context: 'Requests',
      method: 'GET',
      route: '/items/:id',
      status: 200,
      durationMs: expect.any(Number),
      generation: 'chatcmpl-1',
      requestId: expect.any(String),
      msg: 'request',
    });
    expect(lines.join('')).not.toMatch(/canary|error/i);
  });
});
