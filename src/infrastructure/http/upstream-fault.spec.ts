import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { UpstreamClient } from './upstream-client.js';
import { toUpstreamFault, type UpstreamFault } from './upstream-fault.js';

const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

describe(toUpstreamFault.name, () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  /** What becomes of an answer of these bytes, after which the connection ends. */
  async function faultOf(bytes: string): Promise<UpstreamFault> {
    const answer = (socket: Socket) =>
      socket.once('data', () => socket.end(bytes)).on('error', () => undefined);
    server = createServer(answer);
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    return ask(`http://127.0.0.1:${port}`);
  }

  async function ask(baseUrl: string): Promise<UpstreamFault> {
    const client = new UpstreamClient({ baseUrl, connectTimeoutMs: 500 });
    const fault = await new Promise<UpstreamFault>((resolve, reject) => {
      const end = () => reject(new Error('the answer was complete'));
      client.send(
        { method: 'GET', path: '/' },
        { head: () => undefined, data: () => undefined, end, fault: resolve },
      );
    });
    await client.close();
    return fault;
  }

  it.each([
    ['protocol', 'another protocol', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['protocol', 'a chunk of no size', `HTTP/1.1 200 OK\r\n${CHUNKED}zz\r\n`],
    ['protocol', 'headers without end', `HTTP/1.1 200 OK\r\nX-Filler: ${'f'.repeat(100_000)}\r\n`],
    ['broken', 'nothing', ''],
    ['broken', 'half a head', 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Len'],
    ['broken', 'half a chunked body', `HTTP/1.1 200 OK\r\n${CHUNKED}2\r\nab\r\n`],
    [
      'broken',
      'half a chunked body that is the last',
      `HTTP/1.1 200 OK\r\nConnection: close\r\n${CHUNKED}2\r\nab\r\n`,
    ],
    [
      'broken',
      'half a body of a known length',
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 9\r\n\r\nab',
    ],
  ])('calls it %s when the answer is %s', async (kind, _name, bytes) => {
    expect(await faultOf(bytes)).toEqual({ kind, detail: expect.stringMatching(/\S/) });
  });

  it('calls it unreachable when nobody listens', async () => {
    expect(await ask('http://127.0.0.1:1')).toEqual({
      kind: 'unreachable',
      detail: expect.stringMatching(/^ECONNREFUSED: /),
    });
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'])(
    'calls it unreachable by its code %s',
    (code) => {
      expect(toUpstreamFault(Object.assign(new Error('no way'), { code }))).toEqual({
        kind: 'unreachable',
        detail: `${code}: no way`,
      });
    },
  );
});
