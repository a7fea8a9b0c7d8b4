import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisChannels } from './redis-channels.js';
import { RedisConnection } from './redis-connection.js';

const INFO = 'redis_version:7.0.0\r\nloading:0\r\n';
const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
const push = (kind: string, ...rest: string[]) =>
  `*${rest.length + 1}\r\n${[kind, ...rest].map((each) => (/^:/.test(each) ? `${each}\r\n` : bulk(each))).join('')}`;

/** Speaks as much of Redis (RESP 2) as a listener needs. */
class FakeRedis {
  readonly server: Server;
  readonly sockets = new Set<Socket>();
  subscriptions = 0;
  /** What happens to a connection that wants to listen. */
  onSubscribe: (socket: Socket, channel: string) => void = (socket, channel) =>
    void socket.write(push('subscribe', channel, ':1'));

  constructor() {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        const words = data.toString().split('\r\n');
        for (const [at, word] of words.entries()) {
          if (/^info$/i.test(word)) socket.write(bulk(INFO));
          else if (/^subscribe$/i.test(word)) {
            this.subscriptions += 1;
            this.onSubscribe(socket, words[at + 2]!);
          } else if (/^(client|select)$/i.test(word)) socket.write('+OK\r\n');
        }
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  dropAll(): void {
    for (const socket of this.sockets) socket.destroy();
    this.sockets.clear();
  }
}

describe(RedisChannels.name, () => {
  let redis: FakeRedis;
  let connection: RedisConnection;
  let channels: RedisChannels;

  beforeEach(async () => {
    redis = new FakeRedis();
    connection = new RedisConnection({
      redis: { kind: 'redis', url: await redis.listen(), connectTimeoutMs: 1_000, commandTimeoutMs: 1_000 },
    } as never);
    channels = new RedisChannels(connection);
  });
  afterEach(() => {
    channels.onApplicationShutdown();
    connection.onApplicationShutdown();
    redis.dropAll();
    redis.server.close();
  });

  it('listens again after a connection that was lost before it listened, and nobody suffers', async () => {
    const answer = redis.onSubscribe;
    redis.onSubscribe = (socket, channel) => {
      answer(socket, channel);
      socket.end();
      redis.onSubscribe = (second) => {
        second.destroy();
        redis.onSubscribe = (third, name) => {
          answer(third, name);
          third.write(push('message', name, 'at last'));
        };
      };
    };
    expect(await new Promise<string>((resolve) => channels.listen('news', resolve))).toBe('at last');
  });

  it('says whether it is heard what is said now', async () => {
    expect(channels.listening).toBe(false);
    channels.listen('news', () => undefined);
    await vi.waitFor(() => expect(channels.listening).toBe(true));
    redis.onSubscribe = () => undefined;
    redis.dropAll();
    await vi.waitFor(() => expect(channels.listening).toBe(false));
  });

  it('goes on to hear when a message was not understood', async () => {
    const debug = vi.spyOn(Logger.prototype, 'debug').mockReturnValue(undefined);
    const answer = redis.onSubscribe;
    redis.onSubscribe = (socket, channel) => {
      answer(socket, channel);
      for (const text of ['{', '{"good":"news"}']) socket.write(push('message', channel, text));
    };
    const heard = new Promise((resolve) => {
      channels.listen('news', (message) => resolve(JSON.parse(message)));
    });
    expect(await heard).toEqual({ good: 'news' });
    expect(debug).toHaveBeenCalledOnce();
    debug.mockRestore();
  });

  it('hears on a channel that is added when it listens already', async () => {
    const answer = redis.onSubscribe;
    redis.onSubscribe = (socket, channel) => {
      answer(socket, channel);
      socket.write(push('message', channel, channel));
    };
    await new Promise((resolve) => channels.listen('news', resolve));
    expect(await new Promise((resolve) => channels.listen('weather', resolve))).toBe('weather');
  });
});
