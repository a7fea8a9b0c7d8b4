import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config/index.js';
import { toListenError } from './listen-error.js';

async function listenOn(host: string, port: number): Promise<unknown> {
  const server = createServer().listen(port, host);
  try {
    await once(server, 'listening');
    server.close();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe(toListenError.name, () => {
  it.each([
    ['999.1.1.1', /^HOST \(or P8FS_API_HOST\) cannot be listened on: getaddrinfo (ENOTFOUND|EAI_AGAIN)/],
    ['203.0.113.7', /^HOST \(or P8FS_API_HOST\) cannot be listened on: listen EADDRNOTAVAIL/],
  ])('names HOST for %s', async (host, message) => {
    const error = toListenError(await listenOn(host, 0), { host, port: 0 });
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(message);
  });

  it('names the port that is taken', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const error = await listenOn('127.0.0.1', port);
    const taken = `cannot be listened on: listen EADDRINUSE: address already in use 127.0.0.1:${port}`;
    expect(toListenError(error, { host: '127.0.0.1', port })).toEqual(
      new ConfigError(`PORT (or P8FS_API_PORT) ${taken}`),
    );
    expect(toListenError(error, { host: '127.0.0.1', port: 1 })).toEqual(
      new ConfigError(`EXTRA_PORTS ${taken}`),
    );
    holder.close();
  });

  it('leaves any other error as it is', () => {
    const error = Object.assign(new Error('getaddrinfo ENOTFOUND db'), {
      syscall: 'getaddrinfo',
      hostname: 'db',
    });
    expect(toListenError(error, { host: '127.0.0.1', port: 1 })).toBe(error);
  });
});
