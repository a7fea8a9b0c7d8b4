import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { LOAD_CPU, canPin } from './processes.mjs';

const ADMIN_URL = process.env.BENCH_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const PREFIX = 'citadel_bench_';

/** @type {Set<string>} */
const created = new Set();

/**
 * Creates an empty database for one gateway process.
 *
 * @returns {Promise<{ url: string, pin(): Promise<void>, drop(): Promise<void> } | undefined>} nothing when no server answers: then the embedded one is used.
 */
export async function createBenchDatabase() {
  const name = `${PREFIX}${process.pid}_${randomBytes(4).toString('hex')}`;
  try {
    await asAdmin((client) => client.query(`CREATE DATABASE ${name}`));
  } catch (error) {
    if (process.env.BENCH_DATABASE_URL) throw error;
    return undefined;
  }
  created.add(name);
  const url = new URL(ADMIN_URL);
  url.pathname = `/${name}`;
  return { url: url.href, pin: () => pinSessions(name), drop: () => dropDatabase(name) };
}

/** Drops what this run, or one that was killed, has left. */
export async function dropLeftDatabases() {
  for (const name of created) await dropDatabase(name).catch(() => {});
  await asAdmin(async (client) => {
    const { rows } = await client.query('SELECT datname FROM pg_database WHERE datname LIKE $1', [
      `${PREFIX}%`,
    ]);
    const dead = rows
      .map(({ datname }) => String(datname))
      .filter((name) => !isAlive(Number(name.split('_')[2])));
    for (const name of dead) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }).catch(() => {});
}

/**
 * Leaves the gateway alone on its core: the sessions of its database go where the load comes from. A server of another user
 * stays where it is.
 *
 * @param {string} name
 */
async function pinSessions(name) {
  if (!canPin) return;
  const { rows } = await asAdmin((client) =>
    client.query('SELECT pid FROM pg_stat_activity WHERE datname = $1', [name]),
  );
  for (const { pid } of rows) {
    try {
      execFileSync('taskset', ['-cp', String(LOAD_CPU), String(pid)], { stdio: 'ignore' });
    } catch {
      // Ended meanwhile, or not ours.
    }
  }
}

/** @param {string} name */
async function dropDatabase(name) {
  await asAdmin((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  created.delete(name);
}

/**
 * @template T
 * @param {(client: import('pg').Client) => Promise<T>} work
 */
async function asAdmin(work) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: ADMIN_URL, connectionTimeoutMillis: 2000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
