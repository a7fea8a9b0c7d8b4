import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AppConfig, ConfigModule } from '../../src/config/index.js';
import { GenerationJournal } from '../../src/contracts/journal.js';
import { DatabaseModule, type GatewayDataSource } from '../../src/infrastructure/database/index.js';
import { AuditModule, DatabaseJournal } from '../../src/modules/audit/index.js';
import { eventually } from '../support/eventually.js';
import { DATABASE_KINDS, outcomeOf, type TestDatabase } from './database-support.js';

describe.each(DATABASE_KINDS)('the journal on $kind', ({ create }) => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let dataSource: GatewayDataSource;
  let journal: DatabaseJournal;

  const start = async () => {
    const config = { database: database.config, audit: database.audit } as AppConfig;
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), DatabaseModule, AuditModule],
    }).compile();
    app = await module.init();
    dataSource = app.get(DataSource);
    journal = app.get(DatabaseJournal);
  };
  const written = () => eventually(() => journal.stats().pending === 0, Boolean, { deadlineMs: 10_000 });
  const conversations = () =>
    dataSource.query<Record<string, unknown>[]>('SELECT * FROM conversations ORDER BY id');
  const messages = () =>
    dataSource.query<
      { role: string; content: string; metadata: Record<string, unknown>; created_at: Date }[]
    >('SELECT * FROM messages ORDER BY id');

  beforeAll(async () => {
    database = await create();
    await start();
  });
  beforeEach(() => dataSource.query('TRUNCATE messages, conversations RESTART IDENTITY'));
  afterAll(async () => {
    await app.close();
    await database.remove();
  });

  it('is what the gateway knows as GenerationJournal', () => {
    expect(app.get(GenerationJournal)).toBe(journal);
  });

  it('keeps a generation as a conversation and its messages', async () => {
    expect(journal.outcome(outcomeOf({}))).toBeUndefined();
    await written();
    expect(await conversations()).toEqual([
      {
        id: 1,
        user_id: 'ada',
        model_name: 'llama3',
        title: 'What is an engine?',
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
    journal.outcome(outcomeOf({ begin: { id: 'gen-\u0000', inputs: [input] } }));
    await written();
    const [conversation] = await conversations();
    expect(conversation?.title).toBe('nul \ufffd, half \ufffd, whole \u{1f600}, escaped \\u0000');
    expect(conversation?.metadata).toMatchObject({ generation_id: 'gen-\ufffd', sanitized: true });
    const [question, answer] = await messages();
    expect(question).toMatchObject({
      content: 'nul \ufffd, half \ufffd, whole \u{1f600}, escaped \\u0000',
      metadata: { sanitized: true },
    });
    expect(answer?.metadata).not.toHaveProperty('sanitized');
    expect(journal.stats().dropped).toBe(0);
  });

  it('keeps many in their order, each once', async () => {
    const before = journal.stats().written;
    const count = 700;
    for (let number = 0; number < count; number += 1) {
      journal.outcome(outcomeOf({ begin: { id: `gen-${number}` } }));
      if (number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 3));
    }
    journal.outcome(outcomeOf({ begin: { id: 'gen-5' } }));
    await written();
    const ids = (await conversations()).map(
      ({ metadata }) => (metadata as { generation_id: string }).generation_id,
    );
    expect(ids).toEqual(Array.from({ length: count }, (_, number) => `gen-${number}`));
    expect(await messages()).toHaveLength(3 * count);
    expect(journal.stats().written - before).toBe(count + 1);
  });

  it('loses only the one that the database refuses', async () => {
    await dataSource.query(
      `ALTER TABLE conversations ADD CONSTRAINT only_known CHECK (user_id <> 'mallory')`,
    );
    const before = journal.stats();
    for (const userId of ['ada', 'mallory', 'bob'])
      journal.outcome(outcomeOf({ begin: { id: userId, userId } }));
    await written();
    await dataSource.query('ALTER TABLE conversations DROP CONSTRAINT only_known');
    expect((await conversations()).map(({ user_id }) => user_id)).toEqual(['ada', 'bob']);
    expect(journal.stats().dropped - before.dropped).toBe(1);
    expect(journal.stats().written - before.written).toBe(2);
  });

  it('writes out what it has before the gateway ends', async () => {
    for (let number = 0; number < 300; number += 1)
      journal.outcome(outcomeOf({ begin: { id: `last-${number}` } }));
    await app.close();
    expect(journal.stats()).toMatchObject({ pending: 0, dropped: 1 });
    await start();
    expect(await conversations()).toHaveLength(300);
  });
});
