// `node audit-writer.mjs <database-url> <connections> <settle-ms> <window-ms>`: puts the same generations on record in several
// ways, one after the other, and prints how many were committed in the window.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createDataSource, runMigrations } from '../../dist/infrastructure/database/index.js';
import { TenantChain } from '../../dist/modules/audit/chain/tenant-chain.js';
import { toDraft } from '../../dist/modules/audit/journal/append-records.js';
import { askedJson } from '../../dist/modules/audit/record/asked-json.js';
import { endedJson } from '../../dist/modules/audit/record/ended-json.js';

const [url = '', connections, settleMs, windowMs] = process.argv.slice(2);
const CONNECTIONS = Number(connections);
/** A generation of the size that the scenario `whole` has. */
const PROMPT = 'What does the keeper write down beside the door? '.repeat(7).trim();
const ANSWER = ' 0001-00c0ffee-07z'.repeat(64);

process.once('disconnect', () => process.exit(1));
const dataSource = await createDataSource({
  kind: 'postgres',
  url,
  poolMax: CONNECTIONS,
  poolMin: CONNECTIONS,
  acquireTimeoutMs: 5000,
  statementTimeoutMs: 10_000,
  recycleMs: 3_600_000,
}).initialize();
await runMigrations(dataSource);
const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
await pool.query(
  'CREATE TABLE bench_rows (id serial PRIMARY KEY, user_id text, model_name text, title text, metadata jsonb, request text, answer text, created_at timestamptz)',
);

const chain = new TenantChain('bench', (statement, values) =>
  dataSource.runPrepared(statement.name, statement.text, values),
);
const batchOf = (/** @type {number} */ count) => async () => {
  await chain.append(Array.from({ length: count }, createDraft));
  return count;
};

/** As the gateway does, one batch at a time; the others as plain inserts, one on each connection. */
const results = [];
for (const { way, lanes, write } of [
  { way: 'insert', lanes: CONNECTIONS, write: insertRow },
  { way: 'insert-tables', lanes: CONNECTIONS, write: insertTables },
  { way: 'batch-20', lanes: 1, write: batchOf(20) },
  { way: 'batch-128', lanes: 1, write: batchOf(128) },
])
  results.push({ way, ...(await measure(lanes, write)) });
console.log(JSON.stringify(results));
await pool.end();
await dataSource.destroy();

/**
 * @param {number} lanes
 * @param {() => Promise<number>} write
 */
async function measure(lanes, write) {
  let generations = 0;
  const end = performance.now() + Number(settleMs) + Number(windowMs);
  const lane = async () => {
    while (performance.now() < end) {
      const written = await write();
      // What is committed late does not count.
      if (performance.now() < end) generations += written;
    }
  };
  const all = Promise.all(Array.from({ length: lanes }, lane));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, Number(settleMs)))]);
  const from = performance.now();
  const cpu = process.cpuUsage();
  generations = 0;
  await all;
  const { user, system } = process.cpuUsage(cpu);
  return { generations, us: Math.round((end - from) * 1000), cpuUs: user + system };
}

/** One row, which holds all that conversation and messages hold. */
async function insertRow() {
  const { id, at, metadata } = createFacts();
  await pool.query(
    'INSERT INTO bench_rows (user_id, model_name, title, metadata, request, answer, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)',
    [id, 'phi3', PROMPT.slice(0, 80), metadata, PROMPT, ANSWER, at],
  );
  return 1;
}

/** The conversation and its two messages in one statement, with the indexes they have. */
async function insertTables() {
  const { id, at, metadata } = createFacts();
  await pool.query(
    `WITH conversation AS (
       INSERT INTO conversations (tenant, user_id, model_name, title, metadata, status, created_at, updated_at)
       VALUES ('bench', $1, $2, $3, $4, 'finished', $7, $7) RETURNING id
     )
     INSERT INTO messages (conversation_id, role, content, metadata, created_at)
     SELECT id, 'user', $5, '{}'::jsonb, $7::timestamp FROM conversation
     UNION ALL SELECT id, 'assistant', $6, '{"choice":0,"finish_reason":"stop"}'::jsonb, $7::timestamp FROM conversation`,
    [id, 'phi3', PROMPT.slice(0, 80), metadata, PROMPT, ANSWER, at],
  );
  return 1;
}

function createFacts() {
  const begin = createBegin();
  const at = begin.createdAt.toISOString();
  const metadata = {
    ...JSON.parse(`${askedJson(begin)}}`).asked,
    ...JSON.parse(`{${endedJson(createOutcome(begin)).slice(1)}`).ended,
  };
  return { id: begin.userId, at, metadata: JSON.stringify(metadata) };
}

function createDraft() {
  const begin = createBegin();
  return toDraft(begin.id, askedJson(begin) + endedJson(createOutcome(begin)));
}

function createBegin() {
  const id = randomUUID().replaceAll('-', '');
  return {
    id: `chatcmpl-${id}`,
    kind: /** @type {const} */ ('chat'),
    route: '/v1/chat/completions',
    requestId: id,
    tenant: 'bench',
    userId: 'anonymous',
    model: 'phi3',
    profile: 'openai',
    stream: false,
    createdAt: new Date(),
    inputs: [
      {
        kind: /** @type {const} */ ('chat'),
        messages: [{ role: /** @type {const} */ ('user'), content: PROMPT }],
      },
    ],
  };
}

/** @param {ReturnType<typeof createBegin>} begin */
const createOutcome = (begin) => ({
  begin,
  outcome: { status: /** @type {const} */ ('finished'), finishReasons: ['stop'] },
  backend: 'ollama',
  backendModel: 'phi3',
  attempts: 1,
  usage: { promptTokens: 90, completionTokens: 64 },
  generatedPieces: 64,
  deliveredPieces: 64,
  readerWaits: 0,
  firstTokenMs: 12.3,
  durationMs: 45.6,
  endedAt: new Date(),
  answers: () => [{ text: ANSWER }],
});
