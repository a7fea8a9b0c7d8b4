import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigModule } from '../../src/config/index.js';
import type { ChatMessage } from '../../src/contracts/generation-request.js';
import { GenerationJournal, type OutcomeRecord } from '../../src/contracts/journal.js';
import { toWireText } from '../../src/contracts/wire-text.js';
import { DatabaseModule } from '../../src/infrastructure/database/index.js';
import { AuditModule, JournalStatus } from '../../src/modules/audit/index.js';
import { CheckpointWriter } from '../../src/modules/audit/checkpoint/checkpoint-writer.js';
import { ChainVerifier } from '../../src/modules/audit/verify/chain-verifier.js';
import { eventually } from '../support/eventually.js';
import { configOf, DATABASE_KINDS, outcomeOf, type TestDatabase } from './database-support.js';

const TEXTS = ['plain', 'nul \u0000 and half \ud83d', 'ü 👋', '\\u0000 escaped', ''];
const message = (role: 'user' | 'assistant', content: string): ChatMessage => ({ role, content });

/** Everything a record may be. */
function* records(): Iterable<OutcomeRecord> {
  let number = 0;
  const begin = (more: object) => ({ id: `gen-${++number}`, ...more });
  for (const text of TEXTS) {
    const answers = () => [{ text: toWireText(text), reasoning: toWireText(text) }];
    yield outcomeOf({ begin: begin({ inputs: [{ kind: 'prompt', prompt: text }] }), answers });
    yield outcomeOf({
      begin: begin({ session: 'one', inputs: [{ kind: 'chat', messages: [message('user', text)] }] }),
      answers,
    });
    yield outcomeOf({
      begin: begin({
        session: 'one',
        inputs: [{ kind: 'chat', messages: [message('assistant', text), message('user', text)] }],
      }),
      answers,
    });
    yield outcomeOf({
      begin: begin({ userId: text }),
      outcome: { status: 'cancelled', reason: 'client_gone' },
      answers,
    });
  }
  const failure = { code: 'upstream_incomplete', message: 'Broke off.' } as const;
  yield outcomeOf({
    begin: begin({}),
    outcome: { status: 'failed', failure },
    answers: () => [{ text: '' }],
  });
  yield outcomeOf({
    begin: begin({ kind: 'embedding', inputs: [{ kind: 'embedding', sha256: ['00', 'ff'] }] }),
    answers: () => [],
  });
  yield outcomeOf({ begin: begin({}), cached: true, attempts: 0, firstTokenMs: undefined });
}

describe.each(DATABASE_KINDS)('what the journal writes on $kind', ({ create }) => {
  let database: TestDatabase;
  let app: INestApplicationContext;

  beforeEach(async () => {
    database = await create();
    const module = await Test.createTestingModule({
      imports: [ConfigModule.forRoot(configOf(database)), DatabaseModule, AuditModule],
    }).compile();
    app = await module.init();
  });
  afterEach(async () => {
    await app.close();
    await database.remove();
  });

  it('is what the verifier computes anew, and finds in the readable tables', async () => {
    const journal = app.get<GenerationJournal>(GenerationJournal);
    const put = async (record: OutcomeRecord) => journal.begin(record.begin).outcome(record);
    const [first, ...rest] = [...records()];
    // Alone, and together with others.
    await put(first!);
    await Promise.all(rest.map(put));
    await eventually(
      () => app.get<JournalStatus>(JournalStatus).stats().pending,
      (pending) => pending === 0,
    );
    await app.get(CheckpointWriter).writeAll();
    const result = await app.get(ChainVerifier).verify({ tenant: 'default', withProjection: true });
    expect(result).toMatchObject({
      ok: true,
      entries: rest.length + 1,
      checkpoints: 1,
    });
  });
});
