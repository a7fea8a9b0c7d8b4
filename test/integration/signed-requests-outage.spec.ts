import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { JWT_KEYS } from '../../src/config/testing/jwt-keys.js';
import { RedisConnection } from '../../src/infrastructure/redis/index.js';
import { hasRedisServer, RedisProcess } from '../../src/infrastructure/redis/testing/redis-process.js';
import { eventually } from '../support/eventually.js';
import { createOnServer, onServer, SERVER_URL, TcpProxy } from './database-support.js';
import { askPlainly, type DeviceGateway, openGateways, Phone } from './devices-support.js';

const HOST = 'gateway.example';
const TARGET = '/api/v1/auth/devices';

describe.runIf(SERVER_URL && hasRedisServer)('signed requests while a store of nonces is away', () => {
  let database: Awaited<ReturnType<typeof createOnServer>>;
  let proxy: TcpProxy;
  let redis: RedisProcess;
  let gateway: DeviceGateway;
  let phone: Phone;

  beforeEach(async () => {
    database = await createOnServer();
    proxy = new TcpProxy(new URL(database.config.url));
    await proxy.start();
    redis = await (await RedisProcess.create()).start();
    const env = { DATABASE_URL: proxy.url, REDIS_URL: redis.url, ...JWT_KEYS };
    gateway = await openGateways([env, env]);
    await redisIsThere();
    phone = await Phone.register(gateway, 'ada@example.org');
  }, 30_000);
  afterEach(async () => {
    vi.restoreAllMocks();
    await gateway.close();
    await proxy.cut().catch(() => undefined);
    await redis.stop();
    await database.remove();
  });

  const connections = () => gateway.replicas.map(({ app }) => app.get(RedisConnection));
  const redisIsThere = () => eventually(() => connections().every(({ ready }) => ready));
  /** So long that it has heard of all nonces that can still be used. */
  const redisWasThereAlways = () => {
    for (const connection of connections()) vi.spyOn(connection, 'readyAt', 'get').mockReturnValue(-Infinity);
  };
  /** As with a standby that has not been made the server yet: it can be read. */
  const databaseOnlyReads = async (isSo: boolean) => {
    const name = new URL(database.config.url).pathname.slice(1);
    await onServer(`ALTER DATABASE ${name} SET default_transaction_read_only = ${isSo ? 'on' : 'off'}`);
    await proxy.cut();
    await proxy.start();
    await eventually(async () => {
      for (const { app } of gateway.replicas) await app.get(DataSource).query('SELECT');
      return true;
    });
  };

  const signed = () => phone.headers({ method: 'GET', authority: HOST, target: TARGET });
  /** What each replica says of it, one after the other. */
  const show = async (headers: Record<string, string>) => {
    const said: (number | string)[] = [];
    for (const { url } of gateway.replicas) {
      const { status, body } = await askPlainly(url + TARGET, 'GET', { headers: { ...headers, host: HOST } });
      said.push(status === 200 ? 200 : (JSON.parse(body) as { error: string }).error);
    }
    return said;
  };

  it('are good once through an absence of Redis that comes back empty', async () => {
    const [before, during] = [signed(), signed()];
    expect(await show(before)).toEqual([200, 'replay']);
    await redis.stop();
    await eventually(() => connections().every(({ ready }) => !ready));
    expect(await show(before)).toEqual(['replay', 'replay']);
    expect(await show(during)).toEqual([200, 'replay']);
    await redis.start();
    await redisIsThere();
    for (const headers of [before, during]) expect(await show(headers)).toEqual(['replay', 'replay']);
  });

  it('wait for a frozen Redis once, and go on without', async () => {
    redis.freeze();
    expect(await show(signed())).toEqual([200, 'replay']);
    expect(connections().map(({ ready }) => ready)).toEqual([false, false]);
    expect(await show(signed())).toEqual([200, 'replay']);
    redis.thaw();
  });

  it('are good once through a time in which the database takes no nonces', async () => {
    const [before, during] = [signed(), signed()];
    expect(await show(before)).toEqual([200, 'replay']);
    await databaseOnlyReads(true);
    // It came a moment ago, and may have missed some.
    expect(await show(signed())).toEqual(['dependency_unavailable', 'replay']);
    redisWasThereAlways();
    expect(await show(before)).toEqual(['replay', 'replay']);
    expect(await show(during)).toEqual([200, 'replay']);
    await databaseOnlyReads(false);
    for (const headers of [before, during]) expect(await show(headers)).toEqual(['replay', 'replay']);
    expect(await show(signed())).toEqual([200, 'replay']);
  });

  it('are good once when the database has forgotten', async () => {
    const headers = signed();
    expect(await show(headers)).toEqual([200, 'replay']);
    await gateway.dataSource.query('DELETE FROM signature_nonces');
    expect(await show(headers)).toEqual(['replay', 'replay']);
  });

  it('are not called wrong while there is no database, which has the keys', async () => {
    redisWasThereAlways();
    await proxy.cut();
    expect(await show(signed())).toEqual(['dependency_unavailable', 'dependency_unavailable']);
  });
});
