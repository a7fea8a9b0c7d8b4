import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RedisChannels } from './redis-channels.js';
import { RedisConnection } from './redis-connection.js';
import { FakeRedis, push } from './testing/fake-redis.js';

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
    redis.close();
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
