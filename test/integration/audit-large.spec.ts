import { randomBytes, randomUUID } from 'node:crypto';
import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfigModule } from '../../src/config/index.js';
import { GenerationJournal, type OutcomeRecord } from '../../src/contracts/journal.js';
import type { Principal } from '../../src/contracts/principal.js';
import { DatabaseModule } from '../../src/infrastructure/database/index.js';
import { AuditModule, JournalStatus } from '../../src/modules/audit/index.js';
import { ErasureService } from '../../src/modules/audit/erasure/erasure.service.js';
import { OldEntries } from '../../src/modules/audit/retention/old-entries.js';
import { eventually } from '../support/eventually.js';
import { configOf, createOnServer, outcomeOf, SERVER_URL, type TestDatabase } from './database-support.js';

/** Enough for what is small, and far too little for what is not. */
const STATEMENT_MS = 200;
const LARGE_BYTES = 12 * 1024 * 1024;

describe.runIf(SERVER_URL)('a server that takes longer for large records than a request may', () => {
  let database: TestDatabase;
  let app: INestApplicationContext;
  let journal: GenerationJournal & JournalStatus;

  const put = (id: string, content: string) => {
    const messages = [{ role: 'user', content }] as const;
    const record: OutcomeRecord = outcomeOf({ begin: { id, inputs: [{ kind: 'chat', messages }] } });
    return journal.begin(record.begin).outcome(record);
  };

  beforeAll(async () => {
    const created = await createOnServer();
    database = created;
    const config = configOf(database, { ...created.config, statementTimeoutMs: STATEMENT_MS });
    const module = Test.createTestingModule({
      imports: [ConfigModule.forRoot(config), DatabaseModule, AuditModule],
    });
    app = await (await module.compile()).init();
    journal = app.get(GenerationJournal);
  });
  afterAll(async () => {
    await app.close();
    await database.remove();
  });

  const written = () => eventually(() => journal.stats().pending === 0, Boolean, { deadlineMs: 20_000 });
  const count = async (table: string) => {
    const [row] = await app
      .get(DataSource)
      .query<{ count: number }[]>(`SELECT count(*)::integer FROM ${table}`);
    return row?.count;
  };

  it('gets it all the same, and what comes behind it', async () => {
    await put('large', randomBytes(LARGE_BYTES / 2).toString('hex'));
    await put('small', 'Hello');
    await written();
    const rows = await app
      .get(DataSource)
      .query(
        'SELECT c.metadata->>$1 AS id, octet_length(m.content) AS length FROM conversations c JOIN messages m ON m.conversation_id = c.id WHERE m.role = $2 ORDER BY c.id',
        ['generation_id', 'user'],
      );
    expect(rows).toEqual([
      { id: 'large', length: LARGE_BYTES },
      { id: 'small', length: 5 },
    ]);
  });

  describe('with many large records', () => {
    const MANY = 40;

    beforeEach(async () => {
      const content = randomBytes(LARGE_BYTES / 8).toString('hex');
      for (let number = 0; number < MANY; number++) {
        await put(`many-${randomUUID()}`, content);
        await written();
      }
    }, 60_000);

    it('erases all that a user has', async () => {
      const admin: Principal = { id: 'root', tenant: 'default', role: 'admin', scopes: [] };
      expect(await app.get(ErasureService).eraseUser(admin, 'ada')).toBeGreaterThanOrEqual(MANY);
      expect([await count('conversations'), await count('messages')]).toEqual([0, 0]);
    });

    it('loses all that is old', async () => {
      const entries = app.get(OldEntries);
      const last = (await entries.findLastBefore('default', new Date(Date.now() + 1_000)))!;
      while ((await entries.removeSome('default', last)) > 0);
      const tables = ['audit_entries', 'audit_keys', 'conversations', 'messages'];
      expect(await Promise.all(tables.map(count))).toEqual([0, 0, 0, 0]);
    });
  });
});
