import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigModule } from '../../src/config/index.js';
import { fromWireBytes } from '../../src/contracts/wire-text.js';
import { GenerationJournal, type OutcomeRecord } from '../../src/contracts/journal.js';
import { asOwner, DatabaseModule, type GatewayDataSource } from '../../src/infrastructure/database/index.js';
import { AuditModule, JournalStatus } from '../../src/modules/audit/index.js';
import { type EntryKind, GENESIS, leafOf, linkOf } from '../../src/modules/audit/chain/chain-link.js';
import { eventually } from '../support/eventually.js';
import { openBody } from '../../src/modules/audit/chain/entry-cipher.js';
import { configOf, DATABASE_KINDS, outcomeOf, type TestDatabase } from './database-support.js';

describe.each(DATABASE_KINDS)('the journal on $kind', ({ create }) => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let dataSource: GatewayDataSource;
  let journal: GenerationJournal & JournalStatus;

  const start = async () => {
    const config = configOf(database);
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), DatabaseModule, AuditModule],
    }).compile();
    app = await module.init();
    dataSource = app.get(DataSource);
    journal = app.get(GenerationJournal);
  };
  const put = async (record: OutcomeRecord) => journal.begin(record.begin).outcome(record);
  /** Where the machine is slow the spool is in between. */
  const written = () => eventually(() => journal.stats().pending === 0, Boolean, { deadlineMs: 20_000 });
  const conversations = () =>
    written().then(() =>
      dataSource.query<Record<string, unknown>[]>('SELECT * FROM conversations ORDER BY id'),
    );
  const messages = () =>
    dataSource.query<
      { role: string; content: string; metadata: Record<string, unknown>; created_at: Date }[]
    >('SELECT * FROM messages ORDER BY id');

  beforeAll(async () => {
    database = await create();
    await start();
  });
  beforeEach(() =>
    asOwner(dataSource, async (runner) => {
      await runner.query('TRUNCATE messages, conversations RESTART IDENTITY');
    }),
  );
  afterAll(async () => {
    await app.close();
    await database.remove();
  });

  it('is what the gateway knows as GenerationJournal', () => {
    expect(app.get(GenerationJournal)).toBe(journal);
  });

  it('keeps a generation as a conversation and its messages', async () => {
    await put(outcomeOf({}));
    expect(await conversations()).toEqual([
      {
        id: 1,
        user_id: 'ada',
        model_name: 'llama3',
        title: 'What is an engine?',
        tenant: 'default',
        session_id: null,
        status: 'finished',
        created_at: new Date('2026-07-01T10:00:00.000Z'),
        updated_at: new Date('2026-07-01T10:00:02.500Z'),
        metadata: expect.objectContaining({
          generation_id: 'gen-1',
          status: 'finished',
          finish_reasons: ['stop'],
        }),
      },
    ]);
    const rows = await messages();
    expect(rows.map(({ role, content, metadata }) => [role, content, metadata])).toEqual([
      ['system', 'Be brief.', {}],
      ['user', 'What is an engine?', {}],
      ['assistant', 'A machine.', { choice: 0, finish_reason: 'stop' }],
    ]);
  });

  it('keeps what PostgreSQL cannot store with the unstorable replaced and says so', async () => {
    const input = {
      kind: 'prompt',
      prompt: 'nul \u0000, half \ud83d, whole \u{1f600}, escaped \\u0000',
    } as const;
    await put(outcomeOf({ begin: { id: 'gen-nul', requestId: 'req-\u0000', inputs: [input] } }));
    const [conversation] = await conversations();
    expect(conversation?.title).toBe('nul \ufffd, half \ufffd, whole \u{1f600}, escaped \\u0000');
    expect(conversation?.metadata).toMatchObject({ request_id: 'req-\ufffd', sanitized: true });
    const [question, answer] = await messages();
    expect(question).toMatchObject({
      content: 'nul \ufffd, half \ufffd, whole \u{1f600}, escaped \\u0000',
      metadata: { sanitized: true },
    });
    expect(answer?.metadata).not.toHaveProperty('sanitized');
    const [entry] = await dataSource.query<{ key: Buffer; body: Buffer }[]>(
      `SELECT key, body FROM audit_entries JOIN audit_keys USING (tenant, seq) WHERE subject = 'gen-nul'`,
    );
    const record = JSON.parse(fromWireBytes(openBody(entry!))) as { request: { content: string }[] };
    expect(record.request[0]?.content).toBe(input.prompt);
  });

  it('keeps what called no backend, without a begin', async () => {
    const before = journal.stats().written;
    const { begin } = outcomeOf({});
    const cached = {
      id: 'emb-1',
      kind: 'embedding',
      inputs: [{ kind: 'embedding', sha256: ['ab'] }],
    } as const;
    await journal.enter(outcomeOf({ begin: { ...begin, ...cached }, answers: () => [] }));
    expect(await conversations()).toMatchObject([
      { metadata: { generation_id: 'emb-1', kind: 'embedding' } },
    ]);
    expect(journal.stats()).toMatchObject({ pending: 0, lost: 0, written: before + 1 });
  });

  it('keeps many in their order, each once', async () => {
    const before = journal.stats().written;
    const count = 700;
    const ends: Promise<void>[] = [];
    for (let number = 0; number < count; number += 1) {
      ends.push(put(outcomeOf({ begin: { id: `many-${number}` } })));
      if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(ends);
    const ids = (await conversations()).map(
      ({ metadata }) => (metadata as { generation_id: string }).generation_id,
    );
    expect(ids).toEqual(Array.from({ length: count }, (_, number) => `many-${number}`));
    expect(await messages()).toHaveLength(3 * count);
    expect(journal.stats().written - before).toBe(count);
    expect(journal.stats()).toMatchObject({ pending: 0, lost: 0 });
  });

  it('numbers entries without gaps and links each to the one before', async () => {
    const rows = await dataSource.query<
      { seq: string; kind: EntryKind; subject: string; at: Date; body: Buffer; link: Buffer }[]
    >('SELECT seq, kind, subject, recorded_at AS at, body, link FROM audit_entries ORDER BY seq');
    let link: Buffer = GENESIS;
    for (const [index, { seq, kind, subject, at, body, link: stored }] of rows.entries()) {
      expect(Number(seq)).toBe(index + 1);
      const head = { tenant: 'default', seq: index + 1, kind, subject, recordedAt: at.toISOString() };
      link = linkOf(link, leafOf(head, body));
      expect(stored).toEqual(link);
    }
    expect(rows.length).toBeGreaterThan(700);
  });

  it('puts generations of one session into one conversation, and its history only once', async () => {
    const message = (role: 'user' | 'assistant', content: string) => ({ role, content });
    const turn = (id: string, messages: ReturnType<typeof message>[], answer: string) =>
      put(
        outcomeOf({
          begin: { id, session: 'talk', inputs: [{ kind: 'chat', messages }] },
          answers: () => [{ text: answer }],
        }),
      );
    const first = [message('user', 'One?')];
    await turn('talk-1', first, 'One.');
    const second = [...first, message('assistant', 'One.'), message('user', 'Two?')];
    // Two in one group, as when they end in the same moment.
    await Promise.all([turn('talk-2', second, 'Two.'), turn('talk-3', second, 'Two!')]);
    expect(await conversations()).toHaveLength(1);
    expect((await messages()).map(({ content, metadata }) => [content, metadata.generation_id])).toEqual([
      ['One?', 'talk-1'],
      ['One.', 'talk-1'],
      ['Two?', 'talk-2'],
      ['Two.', 'talk-2'],
      ['Two?', 'talk-3'],
      ['Two!', 'talk-3'],
    ]);
    await put(outcomeOf({ begin: { id: 'talk-4', session: 'talk', userId: 'bob' } }));
    expect(await conversations()).toHaveLength(2);
  });

  it('keeps the record also of one whose readable form the database refuses', async () => {
    await asOwner(dataSource, (runner) =>
      runner.query(`ALTER TABLE conversations ADD CONSTRAINT only_known CHECK (user_id <> 'mallory')`),
    );
    await Promise.all(
      ['ada', 'mallory', 'bob'].map((userId) => put(outcomeOf({ begin: { id: `of-${userId}`, userId } }))),
    );
    await asOwner(dataSource, (runner) =>
      runner.query('ALTER TABLE conversations DROP CONSTRAINT only_known'),
    );
    expect((await conversations()).map(({ user_id }) => user_id)).toEqual(['ada', 'bob']);
    const entries = await dataSource.query<{ subject: string }[]>(
      `SELECT subject FROM audit_entries WHERE subject LIKE 'of-%' ORDER BY seq`,
    );
    expect(entries.map(({ subject }) => subject)).toEqual(['of-ada', 'of-mallory', 'of-bob']);
    expect(
      await dataSource.query('SELECT count(*)::int AS keys FROM audit_keys WHERE conversation_id = 0'),
    ).toEqual([{ keys: 1 }]);
    expect(journal.stats().lost).toBe(0);
  });

  it('takes several processes that append to one chain', async () => {
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(configOf(database)), DatabaseModule, AuditModule],
    }).compile();
    if (database.config.kind === 'embedded') return expect(module.init()).rejects.toThrow('in use');
    const other = await module.init();
    const others = other.get<GenerationJournal>(GenerationJournal);
    const ends = Array.from({ length: 200 }, async (_, number) => {
      const record = outcomeOf({ begin: { id: `race-${number}` } });
      return (number % 2 ? others : journal).begin(record.begin).outcome(record);
    });
    await Promise.all(ends);
    await other.close();
    await written();
    const [row] = await dataSource.query<{ entries: number; last: number; head: number }[]>(
      `SELECT count(*)::int AS entries, max(seq)::int AS last, (SELECT seq::int FROM audit_heads) AS head FROM audit_entries`,
    );
    expect(row?.last).toBe(row?.entries);
    expect(row?.head).toBe(row?.entries);
    expect(await conversations()).toHaveLength(200);
  });

  it('writes out what it has before the gateway ends', async () => {
    const ends = Array.from({ length: 300 }, (_, number) =>
      put(outcomeOf({ begin: { id: `last-${number}` } })),
    );
    await app.close();
    await Promise.all(ends);
    expect(journal.stats()).toMatchObject({ pending: 0, lost: 0, spoolBytes: 0 });
    await start();
    expect(await conversations()).toHaveLength(300);
  });
});
