import { randomBytes, randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi, type MockInstance } from 'vitest';
import {
  createDataSource,
  RequestDatabase,
  runMigrations,
  type DatabaseConnection,
  type GatewayDataSource,
} from '../../src/infrastructure/database/index.js';
import { usageEntry } from '../../src/modules/limits/usage/testing/usage-entry.js';
import { UsageBook } from '../../src/modules/limits/usage/usage-book.js';
import { UsageHistory } from '../../src/modules/limits/usage/usage-history.js';
import { UsageRows } from '../../src/modules/limits/usage/usage-rows.js';
import { UsageWriter } from '../../src/modules/limits/usage/usage-writer.js';
import { DATABASE_KINDS, SERVER_URL, type TestDatabase } from './database-support.js';

const READY = { state: 'ready' } as DatabaseConnection;

describe.each(DATABASE_KINDS)('usage on $kind', ({ kind, create }) => {
  let database: TestDatabase;
  let dataSource: GatewayDataSource;
  let rows: UsageRows;
  let error: MockInstance<Logger['error']>;

  beforeAll(async () => {
    database = await create();
    dataSource = createDataSource(database.config);
    await dataSource.initialize();
    await runMigrations(dataSource);
    rows = new UsageRows(new RequestDatabase(dataSource, READY), dataSource);
    error = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
  });
  afterEach(() => error.mockClear());
  afterAll(async () => {
    error.mockRestore();
    await dataSource.destroy();
    await database.remove();
  });

  const createWriter = () => {
    const [book, history] = [new UsageBook(), new UsageHistory()];
    const writer = new UsageWriter(book, history, rows, READY, dataSource);
    writer.onModuleInit();
    const tokensOf = async (tenant: string) => (await history.sum({ tenant })).tokens;
    return { book, writer, tokensOf };
  };

  it.each([
    ['names of which one is a part of a character', { user: '\ud800' }, { user: '\udfff' }, 45],
    ['names longer than an index takes', { device: randomBytes(3_000).toString('hex') }, {}, 30],
    ['a name longer than its column', { tenant: 'x'.repeat(256) }, {}, 30],
  ])('is counted beside %s', async (_what, strange, other, tokens) => {
    const { book, writer, tokensOf } = createWriter();
    const tenant = randomUUID();
    for (const more of [{ user: 'eve' }, strange, { user: 'bob', ...other }])
      book.add(usageEntry({ tenant, ...more }));
    await writer.write();
    expect(book.size).toBe(0);
    expect(await tokensOf(tenant)).toBe(tokens);
    expect(error).toHaveBeenCalledTimes(tokens === 45 ? 0 : 1);
    book.add(usageEntry({ tenant }));
    await writer.write();
    expect(await tokensOf(tenant)).toBe(tokens + 15);
  });

  it.each(['device', 'agent', 'endpoint'])(
    'is found by its %s without a look at all of a tenant',
    async (name) => {
      await dataSource.query(
        `INSERT INTO usage_days
       SELECT 'many', DATE '2026-07-01' + at % 5, 'user-' || at, '', 'phi3', 1, 1, 1, 1, 0, 'd' || at, 'a' || at, 'e' || at
         FROM generate_series(1, 2000) AS at ON CONFLICT DO NOTHING`,
      );
      await dataSource.query('ANALYZE usage_days');
      let plan: object[] = [];
      const explained = {
        query: async (text: string, values: unknown[]) =>
          (plan = await dataSource.query(`EXPLAIN ${text}`, values)),
      } as unknown as RequestDatabase;
      await new UsageRows(explained, dataSource).sum(
        { tenant: 'many', [name]: 'x', from: '2026-07-01' },
        randomUUID(),
      );
      expect(JSON.stringify(plan)).toMatch(`usage_days_${name}`);
    },
  );

  it.runIf(kind !== 'the embedded database' && SERVER_URL)(
    'waits for nobody who writes when old writers are forgotten',
    async () => {
      await dataSource.query(
        `INSERT INTO usage_writers VALUES ('held', gen_random_uuid(), 1, now() - interval '25 hours'),
                                          ('free', gen_random_uuid(), 1, now() - interval '25 hours')`,
      );
      const left = () =>
        dataSource.query<object[]>("SELECT tenant FROM usage_writers WHERE tenant IN ('held', 'free')");
      const holder = dataSource.createQueryRunner();
      try {
        await holder.startTransaction();
        await holder.query("SELECT FROM usage_writers WHERE tenant = 'held' FOR UPDATE");
        await rows.forgetWriters();
        expect(await left()).toEqual([{ tenant: 'held' }]);
        await holder.rollbackTransaction();
      } finally {
        await holder.release();
      }
      await rows.forgetWriters();
      expect(await left()).toEqual([]);
    },
  );
});
