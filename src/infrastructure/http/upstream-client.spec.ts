import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { turns } from '../../../test/support/event-loop.js';
import { eventually } from '../../../test/support/eventually.js';
import type { Exchange } from '../../../test/support/exchange.js';
import { FakeUpstream } from '../../../test/support/fake-upstream.js';
import { Gate } from '../../../test/support/gate.js';
import { LOCALHOST } from '../../../test/support/localhost-certificate.js';
import { UpstreamClient, type UpstreamHandler } from './upstream-client.js';

/** Writes down what a call says. */
class Notes implements UpstreamHandler {
  status = 0;
  body = '';
  readonly said: string[] = [];
  retryAfter: string | undefined;

  head(status: number, headers: Parameters<UpstreamHandler['head']>[1]): void {
    this.status = status;
    this.retryAfter = headers.get('retry-after');
    this.said.push('head');
  }
  data(chunk: Buffer): void {
    this.body += chunk.toString('latin1');
    if (this.said.at(-1) !== 'data') this.said.push('data');
  }
  end(): void {
    this.said.push('end');
  }
  fault(fault: { kind: string }): void {
    this.said.push(fault.kind);
  }
}

describe(UpstreamClient.name, () => {
  let server: FakeUpstream;
  let client: UpstreamClient;
  let notes: Notes;

  beforeEach(async () => {
    server = await new FakeUpstream().listen();
    client = new UpstreamClient({
      baseUrl: `${server.origin}/base/`,
      connectTimeoutMs: 500,
      headers: { 'x-common': 'yes' },
    });
    notes = new Notes();
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await client.close();
    await server.close();
  });

  const send = (body?: string) => client.send({ method: 'POST', path: '/path', body }, notes);
  const ended = () => eventually(() => notes.said.includes('end'));

  it('sends below its base with its headers, and tells head, bytes and end', async () => {
    server.script((exchange) => exchange.respond(429, { 'Retry-After': '7' }, 'ünwell'));
    send('{"a":1}');
    await ended();

    expect(notes).toMatchObject({ status: 429, retryAfter: '7', said: ['head', 'data', 'end'] });
    expect(Buffer.from(notes.body, 'latin1').toString()).toBe('ünwell');
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/base/path', body: { a: 1 } });
    expect(server.requests[0]?.headers).toMatchObject({ 'x-common': 'yes', 'content-length': '7' });
  });

  it('uses a connection again, and takes it calmly when it was closed meanwhile', async () => {
    server.script((exchange) => exchange.respond(200, {}, 'fine'));
    for (let i = 0; i < 2; i++) {
      notes = new Notes();
      send();
      await ended();
      // A connection is free again a turn after its answer.
      await turns(5);
    }
    expect(server.connections).toHaveLength(1);
    server.connections[0]?.end();
    await eventually(() => server.openConnections.length === 0);
    await turns(5);
    notes = new Notes();
    send();
    await ended();
    expect(notes.status).toBe(200);
  });

  it('keeps no more connections than it may that carry nothing', async () => {
    await client.close();
    client = new UpstreamClient({ baseUrl: server.origin, connectTimeoutMs: 500, keptConnections: 2 });
    const gate = new Gate<void>();
    server.script(async (exchange) => {
      await gate.opened;
      await exchange.respond(200, {}, 'fine');
    });
    const all = Array.from({ length: 5 }, () => new Notes());
    for (const each of all) client.send({ method: 'POST', path: '/path' }, each);
    await eventually(() => server.connections.length === 5);
    gate.open();
    await eventually(() => all.every(({ said }) => said.includes('end')));
    await eventually(() => server.openConnections.length === 2);
  });

  it('holds nothing but its connections, and lets go of those that carry nothing for long', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
    client = new UpstreamClient({ baseUrl: server.origin, connectTimeoutMs: 500 });
    expect(vi.getTimerCount()).toBe(0);
    server.script((exchange) => exchange.respond(200, {}, 'fine'));
    send();
    await ended();
    await turns(5);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(60_000);
    await eventually(() => server.openConnections.length === 0);
    await eventually(() => vi.getTimerCount() === 0);
  });

  describe('abort', () => {
    it('before there is a connection keeps the request from being sent', async () => {
      server.script((exchange) => exchange.respond(200, {}, 'fine'));
      send().abort();
      const second = new Notes();
      client.send({ method: 'POST', path: '/second' }, second);
      await eventually(() => second.said.includes('end'));

      expect(server.requests.map(({ path }) => path)).toEqual(['/base/second']);
      expect(notes.said).toEqual([]);
    });

    it('closes the connection and says nothing of it, however often', async () => {
      const gate = new Gate<Exchange>();
      server.script(async (exchange) => {
        exchange.head(200);
        await exchange.write('one');
        await exchange.hold(gate);
      });
      const call = send();
      await eventually(() => notes.body === 'one');
      call.abort();
      call.abort();
      call.pause();
      call.resume();
      const { request } = await gate.reached;

      expect(await server.connectionClosed(request.connection)).toHaveProperty('closedBy', 'client');
      await turns(5);
      expect(notes.said).toEqual(['head', 'data']);
    });

    it('from within a callback stops what comes behind', async () => {
      server.script(async (exchange) => {
        exchange.head(200);
        await exchange.write('one');
        await exchange.closed;
      });
      notes.data = () => {
        notes.said.push('data');
        call.abort();
      };
      const call = send();
      expect(await server.connectionClosed(0)).toHaveProperty('closedBy', 'client');
      await turns(5);
      expect(notes.said).toEqual(['head', 'data']);
    });
  });

  it('is told nothing while it is paused, and everything once it is not', async () => {
    const megabytes = 'x'.repeat(20 * 1024 * 1024);
    server.script((exchange) => exchange.respond(200, {}, megabytes));
    const call = send();
    call.pause();
    await eventually(() => notes.said.includes('head'));
    await turns(50);
    expect(notes.body.length).toBeLessThan(1024 * 1024);
    expect(server.openConnections).toHaveLength(1);

    call.resume();
    await ended();
    expect(notes.body.length).toBe(megabytes.length);
  });

  it('ends what runs when it is closed', async () => {
    server.script((exchange) => exchange.closed.then());
    send();
    await server.nextRequest();
    await client.close();
    expect(notes.said).toEqual(['unreachable']);
    notes = new Notes();
    send();
    await eventually(() => notes.said.length > 0);
    expect(notes.said).toEqual(['unreachable']);
  });

  it('speaks TLS, and holds back what was decrypted already while it is paused', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const text = Array.from({ length: 300_000 }, (_, line) => `line ${line}\n`).join('');
    const secure = createServer(LOCALHOST, (_request, response) => response.end(text));
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const { port } = secure.address() as AddressInfo;
    const tls = new UpstreamClient({ baseUrl: `https://127.0.0.1:${port}`, connectTimeoutMs: 2_000 });
    notes.data = (chunk) => {
      notes.body += chunk.toString('latin1');
      call.pause();
      setImmediate(() => call.resume());
    };
    const call = tls.send({ method: 'GET', path: '/' }, notes);
    await ended();
    expect(notes.body).toBe(text);
    await tls.close();
    secure.close();
  });

  it('trusts no certificate that nobody vouches for', async () => {
    const secure = createServer(LOCALHOST, (_request, response) => response.end());
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const { port } = secure.address() as AddressInfo;
    const tls = new UpstreamClient({ baseUrl: `https://127.0.0.1:${port}`, connectTimeoutMs: 2_000 });
    tls.send({ method: 'GET', path: '/' }, notes);
    await eventually(() => notes.said.length > 0);
    expect(notes.said).toEqual(['broken']);
    secure.close();
  });
});
