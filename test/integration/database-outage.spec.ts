import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigModule, type PostgresConfig } from '../../src/config/index.js';
import { GenerationJournal } from '../../src/contracts/journal.js';
import {
  createDataSource,
  DatabaseConnection,
  DatabaseHealth,
  DatabaseModule,
  type GatewayDataSource,
} from '../../src/infrastructure/database/index.js';
import { AuditModule, type JournalStatus } from '../../src/modules/audit/index.js';
import { eventually, withDeadline } from '../support/eventually.js';
import {
  configOf,
  createOnServer,
  outcomeOf,
  SERVER_URL,
  TcpProxy,
  type TestDatabase,
} from './database-support.js';

describe.runIf(SERVER_URL)('a PostgreSQL server that goes away', () => {
  let database: TestDatabase & { config: PostgresConfig };
  let proxy: TcpProxy;
  let app: INestApplicationContext;
  let dataSource: DataSource;
  let journal: GenerationJournal & JournalStatus;
  let number: number;

  const start = async () => {
    const config = configOf(database, { ...database.config, url: proxy.url });
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), DatabaseModule, AuditModule],
    }).compile();
    app = await module.init();
    dataSource = app.get(DataSource);
    journal = app.get(GenerationJournal);
  };
  /** Resolves when all their answers might leave. */
  const settle = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => {
        const record = outcomeOf({ begin: { id: `gen-${number++}` } });
        return journal.begin(record.begin).outcome(record);
      }),
    );
  const allWritten = () =>
    eventually(
      () => journal.stats(),
      ({ pending }) => pending === 0,
      { deadlineMs: 10_000 },
    );
  const recorded = async () => {
    const rows = await dataSource.query<{ id: string; messages: number }[]>(
      `SELECT c.metadata->>'generation_id' AS id, count(m.id)::int AS messages
         FROM conversations c JOIN messages m ON m.conversation_id = c.id GROUP BY c.id ORDER BY c.id`,
    );
    return rows.map(({ id, messages }) => `${id}: ${messages}`);
  };
  /** By a way of its own. */
  const rowsAtServer = async () => {
    const direct = createDataSource(database.config);
    await direct.initialize();
    const [row] = await direct.query<{ count: number }[]>('SELECT count(*)::int AS count FROM conversations');
    await direct.destroy();
    return row?.count;
  };
  const everything = () => Array.from({ length: number }, (_, index) => `gen-${index}: 3`);

  beforeEach(async () => {
    number = 0;
    database = await createOnServer();
    proxy = new TcpProxy(new URL(database.config.url));
    await proxy.start();
  });
  afterEach(async () => {
    proxy.thaw();
    await app.close();
    await proxy.cut().catch(() => undefined);
    await database.remove();
  });

  it('does not keep the gateway from starting, and is used once it is there', async () => {
    await proxy.cut();
    await withDeadline(start(), { deadlineMs: 3_000 });
    const connection = app.get(DatabaseConnection);
    expect(connection.state).toBe('connecting');
    expect(await app.get(DatabaseHealth).check()).toEqual({ status: 'unhealthy', error: 'not connected' });
    await withDeadline(expect(dataSource.query('SELECT 1')).rejects.toThrow(), { deadlineMs: 200 });
    await withDeadline(settle(5), { deadlineMs: 1_000 });

    await proxy.start();
    await withDeadline(connection.ready());
    await allWritten();
    expect(await recorded()).toEqual(everything());
  });

  it('breaks no more than the queries of that time', async () => {
    await start();
    await settle(3);
    await proxy.cut();
    await withDeadline(expect(dataSource.query('SELECT 1')).rejects.toThrow(), { deadlineMs: 1_200 });
    expect(await app.get(DatabaseHealth).check()).toMatchObject({ status: 'unhealthy' });
    expect(app.get(DatabaseHealth).isUp).toBe(false);
    await withDeadline(settle(200), { deadlineMs: 1_000 });
    expect(journal.stats()).toMatchObject({ pending: 200, lost: 0 });

    await proxy.start();
    await allWritten();
    expect(await recorded()).toEqual(everything());
    expect(await app.get(DatabaseHealth).check()).toMatchObject({ status: 'healthy' });
    expect(app.get(DatabaseHealth).isUp).toBe(true);
  });

  it('is not called healthy while it only reads, as after a failover, and gets the rest when it writes again', async () => {
    await start();
    const direct = createDataSource(database.config);
    await direct.initialize();
    const only = async (reads: 'on' | 'off') => {
      await direct.query('RESET ROLE; SET default_transaction_read_only = off');
      const name = new URL(database.config.url).pathname.slice(1);
      await direct.query(`ALTER DATABASE "${name}" SET default_transaction_read_only = ${reads}`);
      await proxy.cut();
      await proxy.start();
    };
    await only('on');
    const check = () => app.get(DatabaseHealth).check();
    const told = await eventually(
      check,
      (found) => !('error' in found && /terminated|RESET/.test(found.error)),
    );
    expect(told).toEqual({ status: 'unhealthy', error: 'it only reads' });
    await withDeadline(settle(5), { deadlineMs: 1_000 });

    await only('off');
    await direct.destroy();
    await allWritten();
    expect(await recorded()).toEqual(everything());
    expect(await check()).toMatchObject({ status: 'healthy' });
  });

  it('holds up nobody for long while it is frozen', async () => {
    await start();
    const removed = new Promise((resolve) => (dataSource as GatewayDataSource).pool?.once('remove', resolve));
    proxy.freeze();
    const frozenAt = performance.now();
    const query = expect(dataSource.query('SELECT 1')).rejects.toThrow('Query read timeout');
    const answered = withDeadline(settle(10), { deadlineMs: 1_000 });
    expect(await app.get(DatabaseHealth).check()).toMatchObject({ status: 'unhealthy' });
    expect(performance.now() - frozenAt).toBeLessThan(1_500);
    await answered;
    await query;
    expect(performance.now() - frozenAt).toBeLessThan(4_000);
    // The connection of the unanswered query is given up: nobody waits behind it.
    await withDeadline(removed, { deadlineMs: 500 });

    proxy.thaw();
    await allWritten();
    expect(await recorded()).toEqual(everything());
    await eventually(
      () => app.get(DatabaseHealth).check(),
      ({ status }) => status === 'healthy',
    );
  });

  it('does not keep the gateway from ending while it is frozen', async () => {
    await start();
    await settle(3);
    proxy.freeze();
    await withDeadline(app.close(), { deadlineMs: 8_000 });
  });

  it('is not told twice when only its answer was lost', async () => {
    await start();
    await settle(1);
    proxy.swallowAnswers = true;
    const answered = settle(4);
    await eventually(async () => (await rowsAtServer()) === 5, Boolean);
    await answered;
    await proxy.cut();
    proxy.swallowAnswers = false;
    await proxy.start();
    await allWritten();
    expect(await recorded()).toEqual(everything());
    expect(journal.stats()).toMatchObject({ pending: 0, lost: 0 });
  });
});
