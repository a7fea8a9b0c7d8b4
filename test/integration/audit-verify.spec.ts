import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { type AppConfig, ConfigModule } from '../../src/config/index.js';
import { DatabaseModule } from '../../src/infrastructure/database/index.js';
import { AuditModule } from '../../src/modules/audit/index.js';
import { ChainAppender } from '../../src/modules/audit/chain/chain-appender.js';
import { CheckpointDirectory } from '../../src/modules/audit/checkpoint/checkpoint-directory.js';
import { CheckpointWriter } from '../../src/modules/audit/checkpoint/checkpoint-writer.js';
import { ChainRetention } from '../../src/modules/audit/retention/chain-retention.js';
import { OldEntries } from '../../src/modules/audit/retention/old-entries.js';
import { RetentionSchedule } from '../../src/modules/audit/retention/retention-schedule.js';
import { insertChain } from '../../src/modules/audit/testing/insert-chain.js';
import { MemoryChain } from '../../src/modules/audit/testing/memory-chain.js';
import { recordOf } from '../../src/modules/audit/testing/record-of.js';
import { ProjectionSource } from '../../src/modules/audit/verify/projection/projection-source.js';
import { ChainVerifier } from '../../src/modules/audit/verify/chain-verifier.js';
import { SeededRandom } from '../support/seeded-random.js';
import { DATABASE_KINDS, type TestDatabase } from './database-support.js';

const DAY_MS = 86_400_000;
const TENANT = 'default';
const ENTRIES = 20;
const OLD = 12;

describe.each(DATABASE_KINDS)('a chain on $kind', ({ create }) => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let dataSource: DataSource;
  let chain: MemoryChain;

  beforeEach(async () => {
    for (const level of ['log', 'error'] as const)
      vi.spyOn(Logger.prototype, level).mockReturnValue(undefined);
    database = await create();
    const config = {
      database: database.config,
      audit: { ...database.audit, retentionMs: 30 * DAY_MS },
    } as AppConfig;
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), DatabaseModule, AuditModule],
    }).compile();
    app = await module.init();
    dataSource = app.get(DataSource);
    chain = new MemoryChain(TENANT);
    const longAgo = new Date(Date.now() - 40 * DAY_MS);
    const history = [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Good day' },
    ] as const;
    for (let i = 1; i <= ENTRIES; i++) {
      const endedAt = i <= OLD ? longAgo : new Date();
      const terms = i % 5 === 0 ? { session: 's', ...(i > 5 && { history }) } : {};
      chain.generation(recordOf({ id: `gen-${i}`, prompt: `Question\u0000 ${i}`, endedAt, ...terms }));
    }
    await insertChain(dataSource, chain);
  });
  afterEach(async () => {
    await app.close();
    await database.remove();
    vi.restoreAllMocks();
  });

  const verify = (request = {}) =>
    app.get(ChainVerifier).verify({ tenant: TENANT, withProjection: true, ...request });
  /** As one who owns the database, past every trigger. */
  const tamper = async (sql: string, parameters: unknown[] = []) => {
    await dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL ROLE NONE');
      await manager.query(`ALTER TABLE audit_entries DISABLE TRIGGER ALL`);
      await manager.query(sql, parameters);
      await manager.query(`ALTER TABLE audit_entries ENABLE TRIGGER ALL`);
    });
  };

  const restore = async () => {
    await tamper('TRUNCATE audit_entries, audit_heads, audit_keys');
    await tamper('TRUNCATE conversations, messages');
    await insertChain(dataSource, chain);
  };

  it('is verified from its first entry to its last, in parts, and with what can be read of it', async () => {
    await app.get(CheckpointWriter).writeAll();
    expect(await verify()).toEqual({
      ok: true,
      tenant: TENANT,
      entries: ENTRIES,
      first: 1,
      last: ENTRIES,
      link: chain.headRow!.link,
      checkpoints: 1,
    });
    expect(await verify({ from: 7, to: 9 })).toMatchObject({ ok: true, entries: 3, first: 7, last: 9 });
    expect(await verify({ tenant: 'nobody' })).toMatchObject({ ok: true, entries: 0 });
  });

  it('is read in parts that fit into memory, of which the first thing comes however large it is', async () => {
    const source = app.get<ProjectionSource>(ProjectionSource);
    const said = await dataSource.query<{ id: number; of: number }[]>(
      'SELECT id, conversation_id AS of FROM messages WHERE conversation_id = $1 ORDER BY id',
      [chain.keyRows[4]!.conversationId],
    );
    const { of } = said[0]!;
    const parts: number[][] = [];
    for (let after = 0; ; after = parts.at(-1)!.at(-1)!) {
      const part = await source.messagesAfter(of, after, { rows: 3, bytes: 1 });
      if (part.length === 0) break;
      parts.push(part.map(({ id }) => id));
    }
    expect(parts).toEqual(said.map(({ id }) => [id]));
    expect(await source.messagesAfter(of, 0, { rows: 3, bytes: 1_000 })).toHaveLength(3);
    const entries = await source.sealed(TENANT, of, 0, { rows: 3, bytes: 1 });
    expect(entries.map(({ seq }) => seq)).toEqual([5]);
    expect(await source.sealed(TENANT, of, 5, { rows: 3, bytes: 100_000 })).toHaveLength(3);
  });

  it('names the entry any byte of which was changed, and is as it was when that is undone', async () => {
    const random = new SeededRandom(7);
    const columns = ['body', 'leaf', 'link'] as const;
    for (let round = 0; round < 24; round++) {
      const seq = 1 + random.below(ENTRIES);
      const column = columns[round % 3]!;
      const flip = `UPDATE audit_entries SET ${column} =
        set_byte(${column}, $2 % length(${column}), get_byte(${column}, $2 % length(${column})) # $3) WHERE seq = $1`;
      const parameters = [seq, random.below(1_000_000), 1 + random.below(255)];
      await tamper(flip, parameters);
      expect(await verify(), `${column} of ${seq}`).toMatchObject({
        ok: false,
        seq,
        problem: column === 'link' ? 'relinked' : 'altered',
      });
      await tamper(flip, parameters);
    }
    expect(await verify()).toMatchObject({ ok: true });
  });

  const tamperings: [string, object][] = [
    [`UPDATE audit_entries SET kind = 'erasure' WHERE seq = 9`, { seq: 9, problem: 'altered' }],
    [`UPDATE audit_entries SET subject = 'other' WHERE seq = 9`, { seq: 9, problem: 'altered' }],
    [
      `UPDATE audit_entries SET recorded_at = recorded_at + interval '1 ms' WHERE seq = 9`,
      { seq: 9, problem: 'altered' },
    ],
    [`UPDATE audit_entries SET recorded_at = 'infinity' WHERE seq = 9`, { seq: 9, problem: 'altered' }],
    [
      `UPDATE audit_entries SET recorded_at = recorded_at - interval '4050 years' WHERE seq = 9`,
      { seq: 9, problem: 'altered' },
    ],
    [`UPDATE audit_entries SET tenant = 'other' WHERE seq = 9`, { seq: 9, problem: 'missing' }],
    [`UPDATE audit_entries SET seq = 9007199254740993 WHERE seq = 9`, { seq: 9, problem: 'missing' }],
    [`UPDATE audit_entries SET seq = -9 WHERE seq = 9`, { seq: -9, problem: 'unexpected' }],
    [`DELETE FROM audit_entries WHERE seq BETWEEN 9 AND 11`, { seq: 9, through: 11, problem: 'missing' }],
    [`DELETE FROM audit_entries WHERE seq > 15`, { seq: 16, through: 20, problem: 'cut' }],
    [
      `UPDATE audit_entries a SET body = b.body, leaf = b.leaf FROM audit_entries b WHERE (a.seq, b.seq) IN ((9, 14), (14, 9))`,
      { seq: 9, problem: 'altered' },
    ],
    [`UPDATE audit_heads SET seq = 9223372036854775807`, { seq: 21, problem: 'cut' }],
    [
      `UPDATE audit_heads SET link = set_byte(link, 0, get_byte(link, 0) # 1)`,
      { seq: 20, problem: 'head_mismatch' },
    ],
    [`DELETE FROM audit_heads`, { seq: 20, problem: 'head_mismatch' }],
    [
      `UPDATE audit_keys SET key = set_byte(key, 3, get_byte(key, 3) # 1) WHERE seq = 9`,
      { seq: 9, problem: 'key_wrong' },
    ],
    [`DELETE FROM audit_keys WHERE seq = 9`, { seq: 9, problem: 'key_missing' }],
    [
      `UPDATE audit_keys SET conversation_id = 3 WHERE seq = 9`,
      { problem: 'projection_differs', conversationId: 3 },
    ],
    [
      `UPDATE conversations SET title = 'x' WHERE id = 4`,
      { seq: 4, problem: 'projection_differs', conversationId: 4 },
    ],
    [
      `UPDATE conversations SET user_id = 'x' WHERE id = 4`,
      { seq: 4, problem: 'projection_differs', conversationId: 4 },
    ],
    [
      `UPDATE conversations SET status = 'failed' WHERE id = 5`,
      { seq: 20, problem: 'projection_differs', conversationId: 5 },
    ],
    [
      `UPDATE conversations SET updated_at = updated_at + interval '1 us' WHERE id = 4`,
      { seq: 4, problem: 'projection_differs' },
    ],
    [
      `UPDATE conversations SET metadata = jsonb_set(metadata, '{usage,prompt_tokens}', '13') WHERE id = 4`,
      { seq: 4, problem: 'projection_differs' },
    ],
    [
      `UPDATE messages SET content = content || ' ' WHERE conversation_id = 5 AND id = (SELECT max(id) FROM messages WHERE conversation_id = 5)`,
      { seq: 20, problem: 'projection_differs', conversationId: 5 },
    ],
    [
      `UPDATE messages SET role = 'system' WHERE conversation_id = 4`,
      { seq: 4, problem: 'projection_differs' },
    ],
    [`DELETE FROM messages WHERE conversation_id = 4`, { seq: 4, problem: 'projection_differs' }],
    [
      `INSERT INTO messages (conversation_id, role, content) VALUES (4, 'assistant', 'x')`,
      { seq: 4, problem: 'projection_differs' },
    ],
    [
      `UPDATE messages SET tenant = 'other' WHERE role = 'assistant' AND conversation_id = 4`,
      { seq: 4, problem: 'projection_differs', conversationId: 4 },
    ],
    [
      `INSERT INTO conversations (id, user_id, model_name, title, status) VALUES (99999, 'eve', 'phi3', 'forged', 'finished')`,
      { seq: 20, problem: 'projection_differs', conversationId: 99999 },
    ],
    [
      `INSERT INTO conversations (id, user_id, model_name) VALUES (-2147483648, 'eve', 'phi3')`,
      { seq: 20, problem: 'projection_differs', conversationId: -2147483648 },
    ],
    [
      `INSERT INTO messages (role, content) VALUES ('assistant', 'x')`,
      { seq: 20, problem: 'projection_differs', detail: 'A message of no conversation belongs to no entry.' },
    ],
    [
      `WITH foreign_one AS (
         INSERT INTO conversations (id, tenant, user_id, model_name) VALUES (99, 'other', 'eve', 'phi3') RETURNING id)
       INSERT INTO messages (conversation_id, role, content) SELECT id, 'assistant', 'x' FROM foreign_one`,
      { seq: 20, problem: 'projection_differs', conversationId: 99 },
    ],
  ];
  it('is found out whatever is changed', async () => {
    for (const [sql, finding] of tamperings) {
      await tamper(sql);
      expect(await verify(), sql).toMatchObject({ ok: false, ...finding });
      await restore();
    }
    expect(await verify()).toMatchObject({ ok: true });
  });

  it('is held to its checkpoints when all of it was rewritten', async () => {
    await app.get(CheckpointWriter).writeAll();
    chain.entries[8]!.body = Buffer.from('forged');
    chain.rechain(9);
    await restore();
    expect(await verify({ withProjection: false })).toMatchObject({
      seq: 1,
      through: 20,
      problem: 'checkpoint_mismatch',
    });
    await app
      .get<ChainAppender>(ChainAppender)
      .append(TENANT, { kind: 'erasure', subject: 'e', body: Buffer.from('{}') });
    await app.get(CheckpointWriter).writeAll();
    expect(app.get(CheckpointWriter).stats.broken.get(TENANT)).toBe(
      'entry 20 has another link than its checkpoint',
    );
    expect(await app.get(CheckpointDirectory).list(TENANT)).toHaveLength(1);
  });

  it('loses what is old, says so with a tombstone, and can still be verified', async () => {
    await app.get(RetentionSchedule).run();
    expect(await dataSource.query('SELECT min(seq) AS first, max(seq) AS last FROM audit_entries')).toEqual([
      { first: String(OLD + 1), last: String(ENTRIES + 1) },
    ]);
    expect(
      await dataSource.query('SELECT kind, subject FROM audit_entries WHERE seq = $1', [ENTRIES + 1]),
    ).toEqual([{ kind: 'tombstone', subject: expect.stringMatching(/^tombstone-[0-9a-f-]{36}$/) }]);
    expect(await dataSource.query('SELECT min(seq) AS first FROM audit_keys')).toEqual([
      { first: String(OLD + 1) },
    ]);
    // The conversation that goes on is whole.
    const ids = await dataSource.query<{ id: number }[]>('SELECT id FROM conversations ORDER BY id');
    expect(ids.map(({ id }) => id)).toEqual(
      chain.conversationRows
        .map(({ id }) => id)
        .filter((id) => id === 5 || chain.entriesOf(id).some(({ seq }) => seq > OLD)),
    );
    expect(await verify()).toMatchObject({ ok: true, first: OLD + 1, last: ENTRIES + 1, checkpoints: 1 });
    // Nothing else is old, and a tombstone alone is not worth another.
    await app.get(RetentionSchedule).run();
    expect(await verify()).toMatchObject({ ok: true, last: ENTRIES + 1 });
    expect(await app.get(ChainRetention).removeBefore(TENANT, new Date(Date.now() + DAY_MS))).toBe(9);
    expect(await app.get(ChainRetention).removeBefore(TENANT, new Date(Date.now() + DAY_MS))).toBe(0);
    expect(await verify()).toMatchObject({ ok: true, first: ENTRIES + 2, last: ENTRIES + 2, entries: 1 });
  });

  it('keeps what is old when it is not what it was', async () => {
    await tamper(`UPDATE audit_entries SET body = 'x' WHERE seq = 3`);
    await app.get(RetentionSchedule).run();
    expect(await dataSource.query('SELECT count(*)::int AS count FROM audit_entries')).toEqual([
      { count: ENTRIES },
    ]);
  });

  it('loses it only to its owner, and goes on as the role of the application', async () => {
    expect(await new OldEntries(dataSource).removeSome(TENANT, OLD)).toBe(OLD);
    expect(await dataSource.query('SELECT current_user AS role')).toEqual([{ role: 'citadel_app' }]);
    await expect(dataSource.query('DELETE FROM audit_entries')).rejects.toThrow('permission denied');
  });

  it('loses with it what could be gone on from, and no more', async () => {
    await dataSource.query(
      `INSERT INTO stored_responses (tenant, id, user_id, expires_at)
       SELECT tenant, subject, 'ada', now() + INTERVAL '1 day' FROM audit_entries`,
    );
    await new OldEntries(dataSource).removeSome(TENANT, OLD);
    expect(await dataSource.query('SELECT id FROM stored_responses ORDER BY id')).toEqual(
      await dataSource.query('SELECT subject AS id FROM audit_entries ORDER BY subject'),
    );
    await dataSource.query('DELETE FROM stored_responses');
  });

  it('does not lose an entry otherwise', async () => {
    const remove = dataSource.query('DELETE FROM audit_entries WHERE seq = 1');
    await expect(remove).rejects.toThrow('permission denied');
    await app.get(RetentionSchedule).run();
    await expect(dataSource.query(`DELETE FROM audit_entries WHERE seq = ${OLD + 1}`)).rejects.toThrow(
      'permission denied',
    );
  });
});
