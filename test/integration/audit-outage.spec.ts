import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DatabaseConnection } from '../../src/infrastructure/database/index.js';
import { eventually, withDeadline } from '../support/eventually.js';
import { post } from '../support/gateway-calls.js';
import { faultsOfRefusal } from '../support/openai-schemas-refusal.js';
import { type AuditGateway, openGateway, seed } from './audit-support.js';
import { createOnServer, SERVER_URL, TcpProxy, type TestDatabase } from './database-support.js';

const ROOT = '/api/v1/audit';

/** Every way to ask for the record. */
const requests = ({ url }: AuditGateway): Record<string, () => Promise<Response>> => ({
  [`${ROOT}/conversations`]: () => fetch(`${url}${ROOT}/conversations`),
  [`${ROOT}/conversations/1`]: () => fetch(`${url}${ROOT}/conversations/1`),
  [`${ROOT}/conversations/1/messages`]: () => fetch(`${url}${ROOT}/conversations/1/messages`),
  [`${ROOT}/messages`]: () => fetch(`${url}${ROOT}/messages`),
  [`${ROOT}/export`]: () => fetch(`${url}${ROOT}/export`),
  [`${ROOT}/conversations/2`]: () => fetch(`${url}${ROOT}/conversations/2`, { method: 'DELETE' }),
  [`${ROOT}/erasures`]: () => post(`${url}${ROOT}/erasures`, { user_id: 'ada' }),
});

async function expectUnavailable(gateway: AuditGateway): Promise<void> {
  for (const [path, ask] of Object.entries(requests(gateway))) {
    const response = await ask();
    const body = await response.text();
    expect([path, response.status, JSON.parse(body)]).toEqual([
      path,
      503,
      expect.objectContaining({ error: 'dependency_unavailable', status_code: 503 }),
    ]);
    expect(response.headers.get('retry-after')).toBe('5');
    expect(faultsOfRefusal(path, body)).toEqual([]);
  }
}

describe('the audit without its database', () => {
  let gateway: AuditGateway;

  beforeAll(async () => {
    // Nobody listens on port 1.
    gateway = await openGateway({ DATABASE_URL: 'postgres://postgres@127.0.0.1:1/none' });
  });
  afterAll(() => gateway.close());

  it('says that it is away and when to come back', () => expectUnavailable(gateway));

  it('still says first what was asked wrongly', async () => {
    expect((await fetch(`${gateway.url}${ROOT}/conversations?limit=0`)).status).toBe(400);
    expect((await fetch(`${gateway.url}${ROOT}/conversations/none`)).status).toBe(404);
  });
});

describe.runIf(SERVER_URL)('the audit on a PostgreSQL server that goes away', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let gateway: AuditGateway;

  beforeEach(async () => {
    const created = await createOnServer();
    database = created;
    proxy = new TcpProxy(new URL(created.config.url));
    await proxy.start();
    gateway = await openGateway({ DATABASE_URL: proxy.url });
    await gateway.app.get(DatabaseConnection).ready();
  });
  afterEach(async () => {
    await gateway.close();
    await proxy.cut().catch(() => undefined);
    await database.remove();
  });

  it('says so as long as it is away, and answers again', async () => {
    const [id] = await seed(gateway.dataSource, [{ messages: ['user: Tea?'] }]);
    await proxy.cut();
    await expectUnavailable(gateway);
    await proxy.start();
    const found = await eventually(
      () => fetch(`${gateway.url}${ROOT}/conversations/${id}`),
      ({ status }) => status === 200,
    );
    expect(await found.json()).toMatchObject({ id, messages: [{ content: 'Tea?' }] });
  });

  it('ends an export with the reason', async () => {
    await gateway.dataSource.query(
      `INSERT INTO conversations (user_id, model_name, title)
       SELECT 'ada', 'phi3', repeat('title', 2000) FROM generate_series(1, 3000)`,
    );
    const response = await fetch(`${gateway.url}${ROOT}/export`);
    await proxy.cut();
    const text = await withDeadline(response.text(), { deadlineMs: 15_000 });
    expect(JSON.parse(text.trimEnd().split('\n').at(-1)!)).toEqual({
      error: {
        message: 'The database does not answer just now.',
        type: 'service_unavailable',
        param: null,
        code: 'dependency_unavailable',
      },
    });
    await proxy.start();
  });
});
