import { rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DatabaseConfig } from '../../src/config/index.js';
import { createDataSource } from '../../src/infrastructure/database/index.js';
import { differences, type Recorded } from '../crash/compare.js';
import { CrashRun } from '../crash/crash-run.js';
import { findPostgres, PrivatePostgres } from '../crash/private-postgres.js';
import { post } from '../support/gateway-calls.js';
import { SeededRandom } from '../support/seeded-random.js';
import { authorizationOfProcess } from '../support/sign-in.js';
import { temporaryDirectory } from './database-support.js';

/** `npm run crash` asks for many. */
const KILLS = Number(process.env.CRASH_KILLS ?? 3);
const SEED = Number(process.env.CRASH_SEED ?? 1);
const CALLERS = 12;
const OUTAGE_MS = 400;
const POSTGRES = findPostgres();

const RECORDED = `
  SELECT entry.subject AS id, conversation.status, question.content AS prompt, answer.content AS text
    FROM audit_entries entry
    JOIN audit_keys USING (tenant, seq)
    JOIN conversations conversation ON conversation.id = conversation_id
    JOIN messages question ON question.conversation_id = conversation.id AND question.role = 'user'
    LEFT JOIN messages answer ON answer.conversation_id = conversation.id AND answer.role = 'assistant'`;

describe('a gateway that is killed under load', { timeout: 120_000 + KILLS * 15_000 }, () => {
  const cleanUp: (() => Promise<unknown>)[] = [];

  afterEach(async () => {
    for (const step of cleanUp.splice(0).reverse()) await step();
  });

  const setUp = async (env: Record<string, string> = {}) => {
    const directory = await temporaryDirectory();
    cleanUp.push(() => rm(directory, { recursive: true }));
    const run = new CrashRun(
      { CITADEL_DATA_DIR: directory, LOG_LEVEL: 'warn', ...env },
      new SeededRandom(SEED),
    );
    cleanUp.push(() => run.stop());
    return { directory, run };
  };

  const compare = async (run: CrashRun, database: DatabaseConfig) => {
    const dataSource = createDataSource(database);
    await dataSource.initialize();
    const recorded = await dataSource.query<Recorded[]>(RECORDED);
    const [chain] = await dataSource.query<{ entries: number; last: number }[]>(
      'SELECT count(*)::int AS entries, max(seq)::int AS last FROM audit_entries',
    );
    await dataSource.destroy();
    const seen = run.transcripts;
    expect(differences(seen, recorded)).toEqual([]);
    expect(chain?.last).toBe(chain?.entries);
    expect(recorded).toHaveLength(chain!.entries);
    // Otherwise nothing was tried.
    expect(seen.filter(({ finished }) => finished).length).toBeGreaterThan(20);
    expect(recorded.filter(({ status }) => status === 'interrupted').length).toBeGreaterThan(0);
    return `${KILLS} kills: ${seen.length} answers, ${recorded.length} records`;
  };

  /** By its own word. */
  const expectWhole = async (url: string) => {
    const headers = await authorizationOfProcess({ role: 'admin' });
    const response = await post(`${url}/api/v1/audit/verify`, { projection: true }, { headers });
    expect(await response.json()).toMatchObject({ ok: true });
  };

  it('has everything that a client has seen in the embedded database, once and as it was', async () => {
    const { directory, run } = await setUp();
    await expectWhole(await run.play({ kills: KILLS, callers: CALLERS }));
    await run.stop();
    console.log(await compare(run, { kind: 'embedded', directory: join(directory, 'postgres') }));
  });

  it.runIf(POSTGRES)('has it in PostgreSQL too, which crashes as well', async () => {
    const server = await PrivatePostgres.start(POSTGRES!);
    cleanUp.push(() => server.remove());
    const { run } = await setUp({ DATABASE_URL: server.url });
    const breakDatabase = async () => {
      await server.crash();
      await pause(OUTAGE_MS);
      await server.launch();
    };
    await expectWhole(await run.play({ kills: KILLS, callers: CALLERS, breakDatabase }));
    await run.stop();
    const bounds = {
      poolMax: 2,
      poolMin: 1,
      acquireTimeoutMs: 1_000,
      statementTimeoutMs: 10_000,
      recycleMs: 60_000,
    };
    console.log(await compare(run, { kind: 'postgres', url: server.url, ...bounds }));
  });
});
