import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually, withDeadline } from './eventually.js';
import { FakeUpstream } from './fake-upstream.js';
import { RawClient, sendRaw } from './raw-http.js';

let upstream: FakeUpstream;

beforeEach(async () => {
  upstream = await new FakeUpstream().listen();
  upstream.script((exchange) => exchange.respond(200, {}, exchange.request.path));
});
afterEach(() => upstream.close());

it('collects the answers of pipelined requests in order', async () => {
  const request = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const { responses, closed } = await sendRaw(upstream.port, request('/a') + request('/b'), { until: 2 });

  expect(responses.map(({ status, body }) => `${status} ${body.toString()}`)).toEqual(['200 /a', '200 /b']);
  expect(closed).toBe(false);
});

it('takes a chunked request sent byte by byte', async () => {
  const client = await RawClient.open(upstream.port);
  await client.sendSlowly(
    'POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n5\r\n":1} \r\n0\r\n\r\n',
  );
  await client.responses();
  client.destroy();

  expect((await upstream.nextRequest()).body).toEqual({ a: 1 });
});

it('tells of scripts that fail and of clients that do not speak HTTP when it is closed', async () => {
  const strict = await new FakeUpstream().listen();
  const { closed } = await sendRaw(strict.port, 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', { until: 'close' });

  expect(closed).toBe(true);
  await expect(strict.close()).rejects.toThrow('header line');
});

it('waits for a condition until it holds, or fails with the last value', async () => {
  let reads = 0;

  await expect(
    eventually(
      () => (reads += 1),
      (value) => value > 60,
    ),
  ).resolves.toBe(61);
  await expect(
    eventually(
      () => ({ open: 3 }),
      () => false,
      { deadlineMs: 20 },
    ),
  ).rejects.toThrow('{ open: 3 }');
  await expect(withDeadline(new Promise(() => undefined), { deadlineMs: 5, what: 'it' })).rejects.toThrow(
    'it did not come',
  );
});
