import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DataSource } from 'typeorm';
import { DatabaseModule } from '../../src/infrastructure/database/index.js';
import type { BudgetSettings } from '../../src/config/index.js';
import { AuditModule } from '../../src/modules/audit/index.js';
import { Revocations, StoredCredentialsModule, type TokenTerms } from '../../src/modules/identity/index.js';
import { BudgetBook } from '../../src/modules/limits/budgets/budget-book.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import { post } from '../support/gateway-calls.js';
import { authorizationOf } from '../support/sign-in.js';
import { WsClient } from '../support/ws-client.js';
import { createOnServer, SERVER_URL, TcpProxy, type TestDatabase } from './database-support.js';

const KEYS = '/api/v1/auth/api-keys';
const STORAGE = [DatabaseModule, AuditModule, StoredCredentialsModule];
const REDIS_URL = process.env.TEST_REDIS_URL;

interface Key {
  readonly id: string;
  readonly key: string;
}

const open = (env: Record<string, string>) =>
  createGateway({ TRUSTED_NETWORKS: '10.0.0.0/8', AUTH_FAILURES_PER_MINUTE: '1000', ...env }, STORAGE);

const makeKey = async (
  gateway: TestGateway,
  body: object = {},
  terms: Partial<TokenTerms> = {},
): Promise<Key> => {
  const headers = await authorizationOf(gateway, terms);
  const response = await post(gateway.url + KEYS, { name: 'reports', ...body }, { headers });
  expect(response.status).toBe(201);
  return (await response.json()) as Key;
};
const read = async (gateway: TestGateway, key: string, header = 'x-api-key') =>
  (await fetch(`${gateway.url}/v1/models`, { headers: { [header]: key } })).status;
const revoke = async (gateway: TestGateway, id: string, terms: Partial<TokenTerms> = {}) =>
  (
    await fetch(`${gateway.url}${KEYS}/${id}`, {
      method: 'DELETE',
      headers: await authorizationOf(gateway, terms),
    })
  ).status;
const list = async (gateway: TestGateway, terms: Partial<TokenTerms> = {}) =>
  (
    (await (await fetch(gateway.url + KEYS, { headers: await authorizationOf(gateway, terms) })).json()) as {
      data: Record<string, unknown>[];
    }
  ).data;

/** A database for gateways, and how to be rid of it; undefined is one for each of their own. */
const KINDS: readonly { kind: string; create?: () => Promise<TestDatabase & { config: { url: string } }> }[] =
  [
    { kind: 'the embedded database' },
    ...(SERVER_URL ? [{ kind: 'a PostgreSQL server', create: createOnServer as never }] : []),
  ];

describe.each(KINDS)('API keys on $kind', ({ create }) => {
  let database: (TestDatabase & { config: { url: string } }) | undefined;
  let gateway: TestGateway;

  beforeAll(async () => {
    database = await create?.();
    gateway = await open(database === undefined ? {} : { DATABASE_URL: database.config.url });
  });
  afterAll(async () => {
    await gateway.close();
    await database?.remove();
  });

  it('let their owner in, as a header of their own and as a bearer', async () => {
    const { key } = await makeKey(gateway);
    expect(key).toMatch(/^pk_live_\w{42}$/);
    expect(await read(gateway, key)).toBe(200);
    expect(await read(gateway, `Bearer ${key}`, 'authorization')).toBe(200);
  });

  it('are shown once, and kept as digests', async () => {
    const { id, key } = await makeKey(gateway, { name: 'shown once' }, { subject: 'grace' });
    const rows = await gateway.app
      .get(DataSource)
      .query<object[]>('SELECT * FROM api_keys WHERE id = $1', [id]);
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain(key.slice(14));
    expect(await list(gateway, { subject: 'grace' })).toEqual([
      {
        id,
        name: 'shown once',
        prefix: key.slice(0, 14),
        scopes: ['read', 'write'],
        device: null,
        created_at: expect.any(String),
        expires_at: null,
        last_used_at: null,
      },
    ]);
    expect(await read(gateway, key)).toBe(200);
    await eventually(async () => (await list(gateway, { subject: 'grace' }))[0]?.last_used_at !== null);
  });

  it('may do no more than their owner', async () => {
    const { key } = await makeKey(gateway, { scopes: ['read'] });
    expect(await read(gateway, key)).toBe(200);
    const headers = { 'x-api-key': key };
    expect((await post(`${gateway.url}/v1/embeddings`, {}, { headers })).status).toBe(403);
    const writer = await authorizationOf(gateway, { scopes: ['write'] });
    const response = await post(gateway.url + KEYS, { name: 'more', scopes: ['read'] }, { headers: writer });
    expect([response.status, await response.json()]).toMatchObject([403, { error: 'insufficient_scope' }]);
  });

  it('make no others', async () => {
    const { key } = await makeKey(gateway);
    const response = await post(gateway.url + KEYS, { name: 'another' }, { headers: { 'x-api-key': key } });
    expect([response.status, await response.json()]).toMatchObject([403, { error: 'forbidden' }]);
  });

  it('count for what is asked with their tickets', async () => {
    const { id, key } = await makeKey(gateway);
    const spent = {
      scope: 'key',
      subject: id,
      tenant: 'default',
      period: 'day',
      tokens: 0,
      dollars: undefined,
    };
    gateway.app.get(BudgetBook).load([spent as BudgetSettings]);
    const headers = { 'x-api-key': key };
    const made = await post(`${gateway.url}/api/v1/auth/tickets`, {}, { headers });
    const { ticket } = (await made.json()) as { ticket: string };
    const response = await fetch(
      `${gateway.url}/agent/stream?agent_type=qa_engineer&task=Hi&ticket=${ticket}`,
    );
    expect([response.status, await response.json()]).toMatchObject([429, { error: 'insufficient_quota' }]);
    gateway.app.get(BudgetBook).load([]);
  });

  it('never end where no time is named, or null', async () => {
    const { id } = await makeKey(gateway, { expires_at: null }, { subject: 'hedy' });
    expect(await list(gateway, { subject: 'hedy' })).toMatchObject([{ id, expires_at: null }]);
  });

  it('end when they say', async () => {
    const { key } = await makeKey(gateway, { expires_at: new Date(Date.now() + 700).toISOString() });
    expect(await read(gateway, key)).toBe(200);
    await eventually(async () => (await read(gateway, key)) === 401);
  });

  it.each([
    [{ name: '' }],
    [{ name: 'x'.repeat(101) }],
    [{ name: 'a\nb' }],
    [{ name: 'x', scopes: ['admin'] }],
    [{ name: 'x', scopes: [] }],
    [{ name: 'x', expires_at: 'tomorrow' }],
    [{ name: 'x', expires_at: '2020-01-01T00:00:00Z' }],
  ])('are not made of %j', async (body) => {
    const response = await post(gateway.url + KEYS, body, { headers: await authorizationOf(gateway) });
    expect(response.status).toBe(400);
  });

  it('are revoked by their owner alone, and are good for nothing from then on', async () => {
    const { id, key } = await makeKey(gateway, {}, { subject: 'ada' });
    expect(await read(gateway, key)).toBe(200);
    expect(await revoke(gateway, id, { subject: 'eve' })).toBe(404);
    expect(await revoke(gateway, id, { subject: 'ada', tenant: 'other' })).toBe(404);
    expect(await revoke(gateway, 'no-such-key', { subject: 'ada' })).toBe(404);
    expect(await read(gateway, key)).toBe(200);
    expect(await revoke(gateway, id, { subject: 'ada' })).toBe(204);
    expect(await read(gateway, key)).toBe(401);
    expect(await list(gateway, { subject: 'ada' })).toEqual([]);
    expect(await revoke(gateway, id, { subject: 'ada' })).toBe(404);
  });
});

describe('API keys while the database is away', () => {
  it('are not called wrong', async () => {
    const gateway = await open({ DATABASE_URL: 'postgres://postgres@127.0.0.1:1/none' });
    try {
      const { makeApiKey } = await import('../../src/modules/identity/api-keys/api-key.js');
      expect(await read(gateway, makeApiKey())).toBe(503);
      expect(await read(gateway, 'pk_live_made-up')).toBe(401);
    } finally {
      await gateway.close();
    }
  });

  it.runIf(SERVER_URL)('nor is any token believed before it is known what was revoked', async () => {
    const database = await createOnServer();
    const proxy = new TcpProxy(new URL(database.config.url));
    await proxy.start();
    await proxy.cut();
    const gateway = await open({ DATABASE_URL: proxy.url });
    try {
      const headers = await authorizationOf(gateway);
      const refused = await fetch(`${gateway.url}/v1/models`, { headers });
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
      expect(await refused.json()).toMatchObject({ error: { code: 'dependency_unavailable' } });
      await proxy.start();
      await eventually(async () => (await fetch(`${gateway.url}/v1/models`, { headers })).status === 200);
    } finally {
      await gateway.close();
      await proxy.cut().catch(() => undefined);
      await database.remove();
    }
  });

  it.runIf(SERVER_URL)('are believed for a minute when they were good a moment ago', async () => {
    const database = await createOnServer();
    const proxy = new TcpProxy(new URL(database.config.url));
    await proxy.start();
    const gateway = await open({ DATABASE_URL: proxy.url });
    try {
      const { key } = await makeKey(gateway);
      expect(await read(gateway, key)).toBe(200);
      await proxy.cut();
      const cutAt = Date.now();
      vi.useFakeTimers({ toFake: ['Date'], now: cutAt + 45_000 });
      expect(await read(gateway, key)).toBe(200);
      vi.setSystemTime(cutAt + 61_000);
      expect(await read(gateway, key)).toBe(503);
    } finally {
      vi.useRealTimers();
      await gateway.close();
      await proxy.cut().catch(() => undefined);
      await database.remove();
    }
  });
});

const SHARED: readonly { how: string; env: Record<string, string> }[] = [
  { how: 'PostgreSQL alone', env: {} },
  ...(REDIS_URL ? [{ how: 'PostgreSQL and Redis', env: { REDIS_URL } }] : []),
];

describe.runIf(SERVER_URL).each(SHARED)('replicas that share $how', ({ env }) => {
  let database: Awaited<ReturnType<typeof createOnServer>>;
  let here: TestGateway;
  let there: TestGateway;

  beforeAll(async () => {
    database = await createOnServer();
    const settings = { DATABASE_URL: database.config.url, ...env };
    here = await open(settings);
    there = await open(settings);
  });
  afterAll(async () => {
    await Promise.all([here.close(), there.close()]);
    await database.remove();
  });

  const within = { deadlineMs: 2_000 };

  it('refuse a key that one of them revoked', async () => {
    const { id, key } = await makeKey(here);
    expect([await read(here, key), await read(there, key)]).toEqual([200, 200]);
    expect(await revoke(here, id)).toBe(204);
    await eventually(async () => (await read(there, key)) === 401, Boolean, within);
  });

  it('end what is open of somebody whom one of them revoked', async () => {
    const headers = await authorizationOf(there, { subject: 'mallory' });
    const client = await WsClient.open(`${there.url}/ws/ai/stream`, { headers });
    await here.app.get(Revocations).revoke({ kind: 'principal', id: 'mallory', tenant: 'default' });
    expect(await client.closed).toMatchObject({ code: 4401 });
    await eventually(
      async () => (await fetch(`${there.url}/v1/models`, { headers })).status === 401,
      Boolean,
      within,
    );
  });

  it('know what was revoked before they started', async () => {
    const headers = await authorizationOf(here, { subject: 'trudy' });
    await here.app.get(Revocations).revoke({ kind: 'principal', id: 'trudy', tenant: 'default' });
    const later = await open({ DATABASE_URL: database.config.url, ...env });
    try {
      expect((await fetch(`${later.url}/v1/models`, { headers })).status).toBe(401);
    } finally {
      await later.close();
    }
  });

  it.runIf(env.REDIS_URL)('take each other’s tickets, once', async () => {
    const response = await fetch(`${here.url}/api/v1/auth/tickets`, {
      method: 'POST',
      headers: await authorizationOf(here),
    });
    const { ticket } = (await response.json()) as { ticket: string };
    const statuses = await Promise.all(
      [here, there, here, there].map(async ({ url }) => {
        const stream = await fetch(`${url}/streaming/sse/status?ticket=${ticket}`);
        await stream.body?.cancel();
        return stream.status;
      }),
    );
    expect(statuses.sort()).toEqual([200, 401, 401, 401]);
  });
});
