import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Exchange } from '../../../test/support/exchange.js';
import { withDeadline } from '../../../test/support/eventually.js';
import { FakeUpstream } from '../../../test/support/fake-upstream.js';
import { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { readJson } from './read-json.js';

describe(readJson.name, () => {
  let server: FakeUpstream;
  let client: UpstreamClient;

  beforeEach(async () => {
    server = await new FakeUpstream({ split: 'each-byte' }).listen();
    client = new UpstreamClient({ baseUrl: server.origin, connectTimeoutMs: 2000 });
  });

  afterEach(async () => {
    await client.close();
    await server.close();
  });

  const read = (
    script: (exchange: Exchange) => Promise<void> | void,
    signal = AbortSignal.timeout(10_000),
  ) => {
    server.script(script);
    return withDeadline(readJson(client, '/x', signal), { deadlineMs: 10_000 });
  };

  it('reads a document', async () => {
    expect(await read((exchange) => exchange.respond(200, {}, '{"a":["ä🏰"]}'))).toEqual({ a: ['ä🏰'] });
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/x' });
  });

  it.each([
    ['status 404', (exchange: Exchange) => exchange.respond(404, {}, '{"a":1}')],
    ['status 302', (exchange: Exchange) => exchange.respond(302, { Location: '/y' }, '')],
    ['the answer is not JSON', (exchange: Exchange) => exchange.respond(200, {}, '<html>')],
    ['broken connection', (exchange: Exchange) => exchange.reset()],
  ])('rejects with "%s"', async (message, script) => {
    await expect(read(script)).rejects.toThrow(message);
    expect(server.requests).toHaveLength(1);
  });

  it('rejects when it cannot connect', async () => {
    await server.refuse();
    await expect(readJson(client, '/x', AbortSignal.timeout(5000))).rejects.toThrow('unreachable');
  });

  it('rejects what is too large, and reads no more of it', async () => {
    server.split = 'per-line';
    let sent = 0;
    const endless = async (exchange: Exchange) => {
      exchange.head(200);
      for (; ; sent += 1) await exchange.write(Buffer.alloc(1024 * 1024, ' '));
    };
    await expect(read(endless)).rejects.toThrow('the answer is too large');
    await withDeadline(server.connectionClosed(0));
    expect(sent).toBeLessThan(64);
  });

  it('rejects when the signal says so, and closes the connection', async () => {
    const controller = new AbortController();
    const reading = read(async (exchange) => {
      exchange.head(200);
      await exchange.write('{');
      controller.abort();
      await exchange.closed;
    }, controller.signal);
    await expect(reading).rejects.toThrow('no answer in time');
    await withDeadline(server.connectionClosed(0));
  });
});
