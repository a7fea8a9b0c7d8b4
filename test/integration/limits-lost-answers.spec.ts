import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
import { eventually } from '../support/eventually.js';
import { createOnServer, SERVER_URL, TcpProxy } from './database-support.js';

const READY = { state: 'ready' } as DatabaseConnection;

describe.runIf(SERVER_URL)('usage over a connection that loses an answer after the commit', () => {
  let database: Awaited<ReturnType<typeof createOnServer>>;
  let proxy: TcpProxy;
  let dataSource: GatewayDataSource;
  let witness: pg.Client;

  beforeAll(async () => {
    database = await createOnServer();
    proxy = new TcpProxy(new URL(database.config.url));
    await proxy.start();
    dataSource = createDataSource({ ...database.config, url: proxy.url });
    await dataSource.initialize();
    await runMigrations(dataSource);
    witness = new pg.Client(database.config.url);
    await witness.connect();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await proxy.cut();
    await witness.end();
    await database.remove();
  });

  it('counts once', async () => {
    const written = async () => {
      const { rows } = await witness.query<{ sum: number | null }>(
        'SELECT sum(requests)::integer FROM usage_days',
      );
      return rows[0]!.sum ?? 0;
    };
    const [book, history] = [new UsageBook(), new UsageHistory()];
    const rows = new UsageRows(new RequestDatabase(dataSource, READY), dataSource);
    const writer = new UsageWriter(book, history, rows, READY, dataSource);
    writer.onModuleInit();

    proxy.swallowAnswers = true;
    book.add(usageEntry());
    const lost = writer.write();
    await eventually(async () => (await written()) === 1);
    await proxy.cut();
    await lost;
    proxy.swallowAnswers = false;
    await proxy.start();

    expect((await history.sum({ tenant: 'acme' })).tokens).toBe(15);
    book.add(usageEntry());
    await eventually(async () => {
      await writer.write();
      return (await written()) > 1;
    });
    expect(await written()).toBe(2);
    expect(await history.sum({ tenant: 'acme' })).toEqual({ tokens: 30, cost: 6 });
  });
});
