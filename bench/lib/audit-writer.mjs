// `node audit-writer.mjs <database-url> <connections> <settle-ms> <window-ms>`: puts the same generations on record in several
// ways, one after the other, and prints how many were committed in the window.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createDataSource, runMigrations } from '../../dist/infrastructure/database/index.js';
import { TenantChain } from '../../dist/modules/audit/chain/tenant-chain.js';
import { createDraft, createRows } from './recorded-generation.mjs';

const [url = '', connections, settleMs, windowMs] = process.argv.slice(2);
const CONNECTIONS = Number(connections);

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
  'CREATE TABLE bench_rows (id serial PRIMARY KEY, tenant text, user_id text, model_name text, title text, metadata jsonb, request text, answer text, created_at timestamptz)',
);

/** @param {{ name: string, text: string }} statement @param {readonly unknown[]} values */
const run = ({ name, text }, values) => dataSource.runInOrder(name, text, values);
let singles = 0;
const chain = new TenantChain('bench', run);
const batchOf = (/** @type {number} */ count) => async () => {
  await chain.append(Array.from({ length: count }, createDraft));
  return count;
};

/** As the gateway does, the next batch made while one is on its way; the others as plain inserts, one on each connection. */
const ways = [
  { way: 'insert', lanes: CONNECTIONS, write: insertEach },
  { way: 'insert-five', lanes: CONNECTIONS, write: insertFive },
  { way: 'insert-three', lanes: CONNECTIONS, write: insertThree },
  { way: 'insert-fat', lanes: CONNECTIONS, write: insertFat },
  { way: 'batch-20', lanes: 2, write: batchOf(20) },
  { way: 'batch-128', lanes: 2, write: batchOf(128) },
];
// Nothing counts before all of it has been compiled, as of a gateway.
for (const { lanes, write } of ways) await measure(lanes, write);
const results = [];
for (const { way, lanes, write } of ways) results.push({ way, ...(await measure(lanes, write)) });
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

/** Conversation and messages as they are, each by an INSERT of its own. */
async function insertEach() {
  await insertReadable();
  return 1;
}

/** Every row that a batch writes for a generation, each by an INSERT of its own. One that waits for no other has no place in a chain. */
async function insertFive() {
  const conversation = await insertReadable();
  const { subject, body, key } = createDraft();
  const seq = ++singles;
  await pool.query(
    `INSERT INTO audit_entries (tenant, seq, kind, subject, recorded_at, leaf, link, body)
     VALUES ('bench-single', $1, 'generation', $2, now(), $3, $4, $5)`,
    [seq, subject, randomBytes(32), randomBytes(32), body],
  );
  await pool.query(
    "INSERT INTO audit_keys (tenant, seq, conversation_id, key) VALUES ('bench-single', $1, $2, $3)",
    [seq, conversation, key],
  );
  return 1;
}

/** Gives the conversation's id. */
async function insertReadable() {
  const { conversation, messages } = createRows();
  const { rows } = await pool.query(
    `INSERT INTO conversations (tenant, user_id, model_name, title, metadata, status, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, 'finished', $6, $6) RETURNING id`,
    conversation,
  );
  for (const message of messages) {
    await pool.query(
      'INSERT INTO messages (conversation_id, role, content, metadata, created_at) VALUES ($1, $2, $3, $4, $5)',
      [rows[0].id, ...message],
    );
  }
  return rows[0].id;
}

/** The same three rows by one statement. */
async function insertThree() {
  const { conversation, messages } = createRows();
  await pool.query(
    `WITH conversation AS (
       INSERT INTO conversations (tenant, user_id, model_name, title, metadata, status, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, 'finished', $6, $6) RETURNING id
     )
     INSERT INTO messages (conversation_id, role, content, metadata, created_at)
     SELECT id, said.* FROM conversation,
       (VALUES ($7, $8, $9::jsonb, $10::timestamp), ($11, $12, $13::jsonb, $14::timestamp)) AS said`,
    [...conversation, ...messages.flat()],
  );
  return 1;
}

/** All they hold in one row of a table without further indexes: no audit, only the limit of this server. */
async function insertFat() {
  const { conversation, messages } = createRows();
  await pool.query(
    'INSERT INTO bench_rows (tenant, user_id, model_name, title, metadata, created_at, request, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)',
    [...conversation, ...messages.map(([, content]) => content)],
  );
  return 1;
}
