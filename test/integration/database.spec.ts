import { Test } from '@nestjs/testing';
import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigModule } from '../../src/config/index.js';
import {
  asOwner,
  createDataSource,
  DatabaseConnection,
  DatabaseHealth,
  DatabaseModule,
  GatewayDataSource,
  runMigrations,
} from '../../src/infrastructure/database/index.js';
import {
  AuditModule,
  ConversationEntity,
  ConversationStore,
  MessageEntity,
} from '../../src/modules/audit/index.js';
import { MIGRATIONS } from '../../src/infrastructure/database/migrations/index.js';
import {
  configOf,
  createOnServer,
  DATABASE_KINDS,
  SERVER_URL,
  type TestDatabase,
} from './database-support.js';
import { DataSource } from 'typeorm';

describe.each(DATABASE_KINDS)('on $kind', ({ create }) => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let dataSource: GatewayDataSource;

  beforeAll(async () => {
    database = await create();
    const config = configOf(database);
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), DatabaseModule, AuditModule],
    }).compile();
    app = await module.init();
    dataSource = app.get(DataSource);
  });
  afterAll(async () => {
    await app.close();
    await database.remove();
  });

  describe('the start', () => {
    it('leaves the database ready', async () => {
      const connection = app.get(DatabaseConnection);
      expect(connection.state).toBe('ready');
      await connection.ready();
    });

    it('opens as many connections as are kept at least', () => {
      const { totalCount, idleCount, options } = dataSource.pool!;
      expect(totalCount).toBeGreaterThanOrEqual(options.min!);
      expect(idleCount).toBe(totalCount);
    });

    it('makes the tables of the audit', async () => {
      expect(await columnsOf(dataSource, 'conversations')).toEqual([
        'id integer NOT NULL nextval',
        'user_id character varying(255) NOT NULL',
        'model_name character varying(255) NOT NULL',
        'title text',
        'metadata jsonb',
        'created_at timestamp without time zone CURRENT_TIMESTAMP',
        'updated_at timestamp without time zone CURRENT_TIMESTAMP',
        "tenant character varying(255) NOT NULL 'default'::character varying",
        'session_id character varying(255)',
        'status character varying(20)',
      ]);
      expect(await columnsOf(dataSource, 'messages')).toEqual([
        'id integer NOT NULL nextval',
        'conversation_id integer',
        'role character varying(50) NOT NULL',
        'content text NOT NULL',
        'metadata jsonb',
        'created_at timestamp without time zone CURRENT_TIMESTAMP',
        "tenant character varying(255) NOT NULL 'default'::character varying",
      ]);
    });

    it('makes their indexes and the reference', async () => {
      const indexes = await dataSource.query<{ definition: string }[]>(
        `SELECT indexdef AS definition FROM pg_indexes
          WHERE indexname LIKE 'idx_%' AND tablename IN ('conversations', 'messages') ORDER BY indexname`,
      );
      expect(indexes.map(({ definition }) => definition.replace(/.* ON public\./, ''))).toEqual([
        'conversations USING btree (created_at)',
        'conversations USING btree (tenant, user_id, session_id) WHERE (session_id IS NOT NULL)',
        'conversations USING btree (tenant, id)',
        'conversations USING btree (user_id)',
        'messages USING btree (conversation_id)',
        'messages USING btree (tenant, id)',
      ]);
      const references = await dataSource.query<{ definition: string }[]>(
        `SELECT pg_get_constraintdef(oid) AS definition FROM pg_constraint
          WHERE contype = 'f' AND conrelid = 'messages'::regclass`,
      );
      expect(references).toEqual([
        { definition: 'FOREIGN KEY (conversation_id) REFERENCES conversations(id)' },
      ]);
    });

    it('compresses messages with what the server does fastest', async () => {
      const [asked] = await dataSource.query<{ methods: string[] | null; used: string }[]>(`
        SELECT (SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression') AS methods,
               attcompression AS used
          FROM pg_attribute WHERE attrelid = 'messages'::regclass AND attname = 'content'`);
      expect(asked!.used).toBe(asked!.methods?.includes('lz4') ? 'l' : '');
    });

    it('makes what the entities describe', async () => {
      const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
      // TypeORM's word for CURRENT_TIMESTAMP.
      const changes = upQueries.filter(({ query }) => !query.endsWith('SET DEFAULT now()'));
      expect(changes).toEqual([]);
    });

    it('may be repeated', async () => {
      expect(await runMigrations(dataSource)).toEqual({ executed: [], hasRole: true, hasTenantRole: true });
      await asOwner(dataSource, (runner) => runner.query('DELETE FROM migrations'));
      expect((await runMigrations(dataSource)).executed).toHaveLength(MIGRATIONS.length);
    });
  });

  describe('the role of the gateway', () => {
    it('is taken by every connection', async () => {
      expect(await dataSource.query('SELECT current_user AS role')).toEqual([{ role: 'citadel_app' }]);
    });

    it.each([
      'UPDATE audit_entries SET kind = kind',
      'DELETE FROM audit_entries',
      'TRUNCATE audit_entries',
      'DROP TABLE audit_entries',
      'ALTER TABLE audit_entries DISABLE TRIGGER ALL',
    ])('may not %s', async (sql) => {
      await expect(dataSource.query(sql)).rejects.toMatchObject({ driverError: { code: '42501' } });
    });

    it.each(["UPDATE audit_entries SET kind = 'x'", 'DELETE FROM audit_entries', 'TRUNCATE audit_entries'])(
      'is not the only guard: triggers refuse %s to the owner too',
      async (sql) => {
        await dataSource.query(
          "INSERT INTO audit_entries VALUES ('other', 1, 'generation', 's', now(), '', '', '') ON CONFLICT DO NOTHING",
        );
        const change = asOwner(dataSource, (runner) => runner.query(sql));
        await expect(change).rejects.toThrow('audit_entries is append-only');
        expect(await dataSource.query('SELECT current_user AS role')).toEqual([{ role: 'citadel_app' }]);
      },
    );
  });

  describe('times', () => {
    it('are UTC whatever the process and the server think', async () => {
      expect(await dataSource.query('SHOW timezone')).toEqual([{ TimeZone: 'UTC' }]);
      const at = new Date('2026-07-01T12:00:00.123Z');
      const [row] = await dataSource.query<{ text: string; at: Date }[]>(
        'SELECT $1::timestamp::text AS text, $1::timestamp AS at',
        [at],
      );
      expect(row).toEqual({ text: '2026-07-01 12:00:00.123', at });
    });
  });

  describe(ConversationStore.name, () => {
    it('keeps a conversation and its messages', async () => {
      const store = app.get(ConversationStore);
      const before = Date.now();
      const id = await store.saveConversation({ userId: 'ada', modelName: 'llama3', title: 'On engines' });
      const other = await store.saveConversation({
        userId: 'ada',
        modelName: 'llama3',
        metadata: { a: { b: 1 } },
      });
      expect(other).toBe(id + 1);
      const first = await store.saveMessage({ conversationId: id, role: 'user', content: 'Hello' });
      const rest = await store.saveMessages([
        { conversationId: id, role: 'assistant', content: 'Good day', metadata: { choice: 0 } },
        { conversationId: id, role: 'user', content: 'a\u0000b\ud800', metadata: { c: '\u0000' } },
      ]);
      expect(rest).toEqual([first + 1, first + 2]);

      const conversation = await dataSource.getRepository(ConversationEntity).findOneByOrFail({ id });
      expect(conversation).toMatchObject({
        userId: 'ada',
        modelName: 'llama3',
        title: 'On engines',
        metadata: {},
      });
      expect(Math.abs(conversation.createdAt.getTime() - before)).toBeLessThan(60_000);
      const messages = await dataSource
        .getRepository(MessageEntity)
        .find({ where: { conversationId: id }, order: { id: 'ASC' } });
      expect(messages.map(({ role, content, metadata }) => [role, content, metadata])).toEqual([
        ['user', 'Hello', {}],
        ['assistant', 'Good day', { choice: 0 }],
        ['user', 'a\ufffdb\ufffd', { c: '\ufffd', sanitized: true }],
      ]);
    });

    it('moves updated_at when a conversation changes', async () => {
      const conversations = dataSource.getRepository(ConversationEntity);
      const id = await app.get(ConversationStore).saveConversation({ userId: 'ada', modelName: 'llama3' });
      const before = await conversations.findOneByOrFail({ id });
      await conversations.update(id, { title: 'Renamed' });
      const after = await conversations.findOneByOrFail({ id });
      expect(after.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime());
      expect(after.createdAt).toEqual(before.createdAt);
    });

    it('refuses a message to a conversation that is not there', async () => {
      const save = app.get(ConversationStore).saveMessage({ conversationId: 0, role: 'user', content: '' });
      await expect(save).rejects.toMatchObject({ driverError: { code: '23503' } });
    });
  });

  describe(DatabaseHealth.name, () => {
    it('names database, user and pool', async () => {
      expect(await app.get(DatabaseHealth).check()).toEqual({
        status: 'healthy',
        database: { database: expect.any(String), user: expect.any(String) },
        connection_pool: { size: expect.any(Number), max_size: dataSource.pool?.options.max },
      });
    });
  });
});

describe.runIf(SERVER_URL)('several replicas that start at once', () => {
  it('migrate once', async () => {
    const database = await createOnServer();
    const replicas = Array.from({ length: 3 }, () => createDataSource(database.config));
    const ran = await Promise.all(
      replicas.map(async (replica) => {
        await replica.initialize();
        return runMigrations(replica);
      }),
    );
    expect(ran.map(({ executed }) => executed.length).sort()).toEqual([0, 0, MIGRATIONS.length]);
    await Promise.all(replicas.map((replica) => replica.destroy()));
    await database.remove();
  });
});

async function columnsOf(dataSource: GatewayDataSource, table: string): Promise<string[]> {
  const columns = await dataSource.query<
    { name: string; type: string; required: boolean; value: string | null }[]
  >(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required, pg_get_expr(adbin, adrelid) AS value
       FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum`,
    [table],
  );
  return columns.map(({ name, type, required, value }) =>
    [name, type, required ? 'NOT NULL' : '', value?.replace(/\(.*/, '') ?? ''].filter(Boolean).join(' '),
  );
}
