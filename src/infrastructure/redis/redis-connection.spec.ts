import { Logger } from '@nestjs/common';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { RedisAwayError, RedisConnection } from './redis-connection.js';
import { RedisHealth } from './redis-health.js';
import { FakeRedis } from './testing/fake-redis.js';
import { hasRedisServer, RedisProcess } from './testing/redis-process.js';

const COMMAND_TIMEOUT_MS = 100;

function connectionTo(url: string): RedisConnection {
  return new RedisConnection({
    redis: { kind: 'redis', url, connectTimeoutMs: 500, commandTimeoutMs: COMMAND_TIMEOUT_MS },
  });
}

async function timed<T>(act: () => Promise<T>): Promise<{ ms: number; outcome: T | Error }> {
  const startedAt = performance.now();
  const outcome = await act().catch((error: unknown) => error as Error);
  return { ms: performance.now() - startedAt, outcome };
}

describe('without a Redis in the configuration', () => {
  const connection = new RedisConnection({ redis: { kind: 'memory' } });

  it('is disabled, and starts and stops all the same', async () => {
    connection.onModuleInit();
    expect(await new RedisHealth(connection).check()).toEqual({ status: 'disabled' });
    await expect(connection.run((client) => client.ping())).rejects.toThrow(RedisAwayError);
    connection.onApplicationShutdown();
  });
});

describe('a Redis that is too old', () => {
  it.each([
    ['6.0.16', [expect.stringMatching(/^Redis 6\.0\.16 is too old: .* 6\.2 or later$/)]],
    ['6.2.0', []],
  ])('of version %s is told of', async (version, told) => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    vi.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
    const redis = new FakeRedis(version);
    const connection = connectionTo(await redis.listen());
    connection.onModuleInit();
    await eventually(() => connection.ready, Boolean);
    await connection.run((client) => client.info('server'));
    await new Promise(setImmediate);
    expect(error.mock.calls.flat()).toEqual(told);
    connection.onApplicationShutdown();
    redis.close();
    vi.restoreAllMocks();
  });
});

if (!hasRedisServer) {
  const { TEST_REDIS_URL } = process.env;
  console.log(
    `redis-server is not installed: ${TEST_REDIS_URL ? 'only TEST_REDIS_URL is used' : 'Redis is not tested'}`,
  );

  it.runIf(TEST_REDIS_URL)('is healthy with the Redis of TEST_REDIS_URL', async () => {
    const connection = connectionTo(TEST_REDIS_URL!);
    connection.onModuleInit();
    const health = new RedisHealth(connection);
    await eventually(
      () => health.check(),
      ({ status }) => status === 'healthy',
    );
    connection.onApplicationShutdown();
  });
}

describe.runIf(hasRedisServer)(RedisConnection.name, () => {
  let redis: RedisProcess;
  let connection: RedisConnection;
  let health: RedisHealth;
  let warn: MockInstance;
  let log: MockInstance;

  beforeEach(async () => {
    warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
    log = vi.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
    redis = await RedisProcess.create();
    connection = connectionTo(redis.url);
    health = new RedisHealth(connection);
  });

  afterEach(async () => {
    connection.onApplicationShutdown();
    await redis.stop();
    vi.restoreAllMocks();
  });

  const ready = () => eventually(() => connection.ready, Boolean, { what: 'the connection' });

  it.each([
    ['has no memory left', 'OOM', ['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0']],
    ['became a replica', 'READONLY', ['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE']],
  ])('is not up when it %s, and takes nothing, and says so once', async (_what, code, breaks, mends) => {
    const tell = ([command, ...values]: readonly string[]) =>
      connection.run((client) => client.call(command!, values));
    await redis.start();
    connection.onModuleInit();
    await ready();
    await health.check();
    expect(health.isUp).toBe(true);
    await tell(breaks);
    for (let look = 0; look < 2; look++)
      expect(await health.check()).toEqual({ status: 'unhealthy', error: code });
    expect(health.isUp).toBe(false);
    expect(warn.mock.calls).toEqual([[`Redis answers and takes nothing: ${code}`]]);
    await tell(mends);
    expect(await health.check()).toMatchObject({ status: 'healthy' });
    expect(health.isUp).toBe(true);
    expect(log.mock.calls.at(-1)).toEqual(['Redis takes what it is given again']);
  });

  it('runs commands, and reports version, memory and clients', async () => {
    await redis.start();
    connection.onModuleInit();
    await ready();
    expect(await connection.run((client) => client.set('a', '1'))).toBe('OK');
    expect(await health.check()).toEqual({
      status: 'healthy',
      redis_version: expect.stringMatching(/^\d+\.\d+/),
      used_memory: expect.stringMatching(/^[\d.]+[BKMG]$/),
      connected_clients: 1,
    });
  });

  it('does not hold up the start, and finds a Redis that comes later', async () => {
    expect(connection.onModuleInit()).toBeUndefined();
    await eventually(() => warn.mock.calls.length > 0);
    expect(await health.check()).toEqual({ status: 'unhealthy', error: 'ECONNREFUSED' });
    await redis.start();
    await ready();
    expect((await health.check()).status).toBe('healthy');
  });

  it('costs callers nothing once a Redis that froze was noticed, and comes back by itself', async () => {
    await redis.start();
    connection.onModuleInit();
    await ready();
    redis.freeze();

    const first = await timed(() => health.check());
    expect(first.outcome).toEqual({ status: 'unhealthy', error: 'no answer in time' });
    expect(first.ms).toBeLessThan(COMMAND_TIMEOUT_MS + 900);

    expect(connection.ready).toBe(false);
    const calls = await timed(async () => {
      for (let call = 0; call < 100; call++)
        await expect(connection.run((client) => client.get('a'))).rejects.toThrow(RedisAwayError);
    });
    expect(calls.ms).toBeLessThan(20 * COMMAND_TIMEOUT_MS);

    redis.thaw();
    const thawedAt = performance.now();
    await eventually(
      () => health.check(),
      ({ status }) => status === 'healthy',
    );
    expect(performance.now() - thawedAt).toBeLessThan(2_000);
  });

  it('takes no Redis for frozen because this process was busy', async () => {
    await redis.start();
    connection.onModuleInit();
    await ready();
    // Timers come next, and only then what has been received.
    await new Promise(setImmediate);
    const answered = connection.run((client) => client.ping());
    const until = performance.now() + 3 * COMMAND_TIMEOUT_MS;
    while (performance.now() < until);
    expect(await answered).toBe('PONG');
    expect(connection.ready).toBe(true);
  });

  it('starts against a frozen Redis', async () => {
    await redis.start();
    redis.freeze();
    connection.onModuleInit();
    await eventually(() => warn.mock.calls.length > 0);
    expect((await health.check()).status).toBe('unhealthy');
    redis.thaw();
    await ready();
  });

  it('is away where the server has no database of this number, and uses no other', async () => {
    await redis.start();
    connection.onApplicationShutdown();
    connection = connectionTo(redis.url.replace(/\d+$/, '99'));
    health = new RedisHealth(connection);
    const listener = connection.listener();
    await listener?.subscribe('news');
    connection.onModuleInit();
    await eventually(() => warn.mock.calls.length > 0);
    const connect = vi.spyOn(Redis.prototype, 'connect');
    const looks: unknown[] = [];
    await eventually(async () => {
      const refused = connection.run((client) => client.set('a', '1')).catch((error: Error) => error.name);
      looks.push([await health.check(), await refused]);
      return connect.mock.calls.length >= 4;
    });
    for (const look of looks)
      expect(look).toEqual([
        { status: 'unhealthy', error: 'the server has no such database' },
        RedisAwayError.name,
      ]);
    expect(warn.mock.calls).toEqual([
      ['Redis is away, the gateway goes on without: the server has no such database'],
    ]);
    expect(log).not.toHaveBeenCalled();
    listener?.disconnect();
  });

  it('uses no database where the answer about its own came too late', async () => {
    await redis.start();
    connection.onApplicationShutdown();
    connection = connectionTo(redis.url.replace(/\d+$/, '99'));
    redis.freeze();
    connection.onModuleInit();
    await eventually(() => /in time/.test(connection.lastFailure));
    redis.thaw();
    await eventually(() => connection.lastFailure === 'the server has no such database');
    expect(log).not.toHaveBeenCalled();
  });

  it('says once when Redis goes and once when it comes back', async () => {
    await redis.start();
    connection.onModuleInit();
    await ready();
    await redis.stop();
    await eventually(() => !connection.ready);
    const connect = vi.spyOn(Redis.prototype, 'connect');
    await eventually(() => connect.mock.calls.length >= 4);
    expect(warn).toHaveBeenCalledTimes(1);
    await redis.start();
    await ready();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(log.mock.calls.map(([text]) => text as string)).toEqual(['Redis is ready', 'Redis is ready']);
  });

  it('says nothing when it is closed by the gateway itself', async () => {
    await redis.start();
    connection.onModuleInit();
    await ready();
    connection.onApplicationShutdown();
    await eventually(() => !connection.ready);
    expect(warn).not.toHaveBeenCalled();
  });
});
