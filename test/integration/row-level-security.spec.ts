import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigModule } from '../../src/config/index.js';
import {
  asOwner,
  createDataSource,
  DatabaseModule,
  GatewayDataSource,
  RequestDatabase,
  runMigrations,
} from '../../src/infrastructure/database/index.js';
import { AuditModule } from '../../src/modules/audit/index.js';
import { clear } from './audit-support.js';
import {
  configOf,
  createOnServer,
  DATABASE_KINDS,
  SERVER_URL,
  type TestDatabase,
} from './database-support.js';

const TABLES = ['conversations', 'messages', 'audit_entries', 'audit_keys', 'audit_heads'];

/** A row of two tenants in each table. Gives the ids of the conversations. */
const seedBoth = async (dataSource: DataSource): Promise<[number, number]> => {
  const ids: number[] = [];
  for (const [tenant, content] of Object.entries({ acme: 'tea', umbrella: 'virus' })) {
    const [row] = await dataSource.query<{ id: number }[]>(
      "INSERT INTO conversations (tenant, user_id, model_name) VALUES ($1, 'ada', 'phi3') RETURNING id",
      [tenant],
    );
    const { id } = row!;
    ids.push(id);
    await dataSource.query(
      "INSERT INTO messages (tenant, conversation_id, role, content) VALUES ($1, $2, 'user', $3)",
      [tenant, id, content],
    );
    await dataSource.query("INSERT INTO audit_keys VALUES ($1, 1, $2, '')", [tenant, id]);
    await dataSource.query(
      "INSERT INTO audit_entries VALUES ($1, 1, 'generation', 's', now(), '', '', '') ON CONFLICT DO NOTHING",
      [tenant],
    );
    await dataSource.query("INSERT INTO audit_heads VALUES ($1, 1, '') ON CONFLICT DO NOTHING", [tenant]);
  }
  return ids as [number, number];
};

const DENIED = { driverError: { code: '42501' } };

describe.each(DATABASE_KINDS)('rows of tenants on $kind', ({ create }) => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let dataSource: GatewayDataSource;
  let requests: RequestDatabase;
  let foreign: number;

  beforeAll(async () => {
    database = await create();
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(configOf(database)), DatabaseModule, AuditModule],
    }).compile();
    module.useLogger(false);
    app = await module.init();
    dataSource = app.get(DataSource);
    requests = app.get(RequestDatabase);
  });
  afterAll(async () => {
    await app.close();
    await database.remove();
  });
  beforeEach(async () => {
    await clear(dataSource);
    [, foreign] = await seedBoth(dataSource);
  });

  it('are a column in each table but the list of migrations, and each is isolated', async () => {
    const tables = await dataSource.query<{ name: string; isolated: boolean; tenants: boolean }[]>(
      `SELECT relname AS name, relrowsecurity AND relforcerowsecurity AS isolated,
              EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant' AND attnotnull) AS tenants
         FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
          AND relname !~ 'migrations$'`,
    );
    expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining([...TABLES, 'users', 'devices']));
    expect(tables.filter(({ isolated, tenants }) => !isolated || !tenants)).toEqual([]);
  });

  it.each(TABLES)('of %s are there for their tenant alone, without any condition', async (table) => {
    const seen = (tenant: string) =>
      requests.forTenant(tenant).query<{ tenant: string }>(`SELECT DISTINCT tenant FROM ${table}`);
    expect(await seen('acme')).toEqual([{ tenant: 'acme' }]);
    expect(await seen('umbrella')).toEqual([{ tenant: 'umbrella' }]);
    expect(await seen('initech')).toEqual([]);
    expect(await seen('')).toEqual([]);
  });

  it('of another tenant can be neither named, changed, taken nor brought', async () => {
    const acme = requests.forTenant('acme');
    expect(await acme.query('SELECT FROM conversations WHERE id = $1 FOR UPDATE', [foreign])).toEqual([]);
    for (const sql of [
      `UPDATE conversations SET title = 'mine' WHERE id = ${foreign}`,
      `DELETE FROM messages WHERE conversation_id = ${foreign}`,
      `DELETE FROM audit_keys WHERE conversation_id = ${foreign}`,
      `DELETE FROM conversations WHERE id = ${foreign}`,
    ])
      expect(await acme.query(sql)).toEqual([[], 0]);
    await expect(
      acme.query(
        "INSERT INTO conversations (tenant, user_id, model_name) VALUES ('umbrella', 'ada', 'phi3')",
      ),
    ).rejects.toMatchObject(DENIED);
    await expect(acme.query("UPDATE conversations SET tenant = 'umbrella'")).rejects.toMatchObject(DENIED);
    const umbrella = requests.forTenant('umbrella');
    expect(await umbrella.query('SELECT content FROM messages')).toEqual([{ content: 'virus' }]);
    expect(await umbrella.query('SELECT title FROM conversations')).toEqual([{ title: null }]);
  });

  it('are not there while no tenant is named', async () => {
    const seen = await dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL ROLE citadel_tenant');
      return Promise.all(TABLES.map((table) => manager.query<unknown[]>(`SELECT FROM ${table}`)));
    });
    expect(seen.flat()).toEqual([]);
  });

  it.each([
    "INSERT INTO audit_entries VALUES ('acme', 2, 'generation', 't', now(), '', '', '')",
    'UPDATE audit_entries SET kind = kind',
    'DELETE FROM audit_entries',
    'UPDATE audit_heads SET seq = 7',
    'SELECT * FROM migrations',
    'ALTER TABLE conversations NO FORCE ROW LEVEL SECURITY',
    'DROP POLICY tenant_rows ON conversations',
  ])('a request may not %s', async (sql) => {
    await expect(requests.forTenant('acme').query(sql)).rejects.toMatchObject(DENIED);
  });

  it('end with the transaction, however that ends', async () => {
    const acme = requests.forTenant('acme');
    await expect(acme.query('SELECT 1 / 0')).rejects.toMatchObject({ driverError: { code: '22012' } });
    await acme.query('SELECT 1');
    const after = await Promise.all(
      Array.from({ length: 4 }, () =>
        dataSource.query<object[]>(
          "SELECT current_user AS role, current_setting('citadel.tenant', true) AS tenant, count(*)::integer FROM conversations",
        ),
      ),
    );
    for (const [row] of after) {
      expect(row).toMatchObject({ role: 'citadel_app', count: 2 });
      expect((row as { tenant: string | null }).tenant ?? '').toBe('');
    }
  });

  it('are gone as a whole or not at all', async () => {
    const acme = requests.forTenant('acme');
    const broken = acme.transaction(async (query) => {
      await query('DELETE FROM messages');
      await query('SELECT 1 / 0');
    });
    await expect(broken).rejects.toThrow('division by zero');
    expect(await acme.query('SELECT content FROM messages')).toEqual([{ content: 'tea' }]);
  });

  it('of a table that comes later are isolated by one line', async () => {
    await asOwner(dataSource, async (runner) => {
      await runner.query('CREATE TABLE IF NOT EXISTS later (tenant VARCHAR(255) NOT NULL, name TEXT)');
      await runner.query("SELECT citadel_isolate('later')");
      await runner.query("SELECT citadel_isolate('later')");
    });
    // As at the next start.
    await runMigrations(dataSource);
    await dataSource.query("INSERT INTO later VALUES ('acme', 'a'), ('umbrella', 'b')");
    expect(await requests.forTenant('umbrella').query('SELECT name FROM later')).toEqual([{ name: 'b' }]);
    await asOwner(dataSource, (runner) => runner.query('DROP TABLE later'));
  });
});

describe.runIf(SERVER_URL)('a login that owns the tables and may not create roles', () => {
  let database: Awaited<ReturnType<typeof createOnServer>>;
  let dataSource: GatewayDataSource;
  let login: string;

  beforeAll(async () => {
    database = await createOnServer();
    login = new URL(database.config.url).pathname.slice(1);
    await administer(`CREATE ROLE ${login} LOGIN`, `GRANT CREATE ON SCHEMA public TO ${login}`);
    const url = new URL(database.config.url);
    url.username = login;
    dataSource = createDataSource({ ...database.config, url: url.href });
    await dataSource.initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await administer(`DROP OWNED BY ${login}`, `DROP ROLE ${login}`);
    await database.remove();
  });

  it('works, and keeps tenants apart where one is named', async () => {
    expect(await runMigrations(dataSource)).toMatchObject({ hasRole: false, hasTenantRole: false });
    await seedBoth(dataSource);
    const requests = new RequestDatabase(dataSource, { state: 'ready' } as never);
    for (const table of TABLES) {
      expect(await requests.forTenant('acme').query(`SELECT DISTINCT tenant FROM ${table}`)).toEqual([
        { tenant: 'acme' },
      ]);
      expect(await dataSource.query(`SELECT tenant FROM ${table}`)).toHaveLength(2);
    }
  });

  it('gets both roles when an administrator has granted them', async () => {
    await administer(`GRANT citadel_app, citadel_tenant TO ${login}`);
    expect(await runMigrations(dataSource)).toMatchObject({ hasRole: true, hasTenantRole: true });
    const requests = new RequestDatabase(dataSource, { state: 'ready' } as never);
    const [row] = await requests
      .forTenant('acme')
      .query('SELECT current_user AS role, count(*)::integer FROM messages');
    expect(row).toEqual({ role: 'citadel_tenant', count: 1 });
  });

  async function administer(...statements: string[]): Promise<void> {
    const client = new pg.Client(database.config.url);
    await client.connect();
    try {
      for (const sql of statements) await client.query(sql);
    } finally {
      await client.end();
    }
  }
});
