import { execFileSync } from 'node:child_process';
import { LOAD_CPU, findFreePort, pause, startOnCpu } from './processes.mjs';
import { createScratch } from './scratch.mjs';

/** More than all texts of a run take, so that nothing is evicted that a scenario counts on. */
const MAX_MEMORY = '512mb';
const START_MS = 5000;

/**
 * A Redis of this run alone, empty and without persistence.
 *
 * @typedef {object} BenchRedis
 * @property {string} url
 * @property {number} pid
 * @property {() => Promise<number>} countHits keys found since it began
 */

/** @type {BenchRedis | undefined} */
let redis;

/** The version that is installed, if one is. */
export function redisVersion() {
  try {
    return /v=([\d.]+)/.exec(execFileSync('redis-server', ['--version'], { encoding: 'utf8' }))?.[1];
  } catch {
    return undefined;
  }
}

/** The one Redis of the run. It is started when it is first asked for, beside the backend, and ends with the run. */
export const benchRedis = async () => (redis ??= await startRedis());

/** The same, if it was asked for. */
export const runningRedis = () => redis;

/** @returns {Promise<BenchRedis>} */
async function startRedis() {
  const port = await findFreePort();
  const directory = createScratch('redis');
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: directory,
    save: '',
    appendonly: 'no',
    maxmemory: MAX_MEMORY,
  };
  const child = startOnCpu(LOAD_CPU, [
    'redis-server',
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    '--maxmemory-policy',
    'allkeys-lru',
  ]);
  const url = `redis://127.0.0.1:${port}/0`;
  const { Redis } = await import('ioredis');
  const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on('error', () => {});
  const late = pause(START_MS).then(() => Promise.reject(new Error('redis-server did not start.')));
  await Promise.race([client.ping(), late]);
  late.catch(() => {});
  return {
    url,
    pid: /** @type {number} */ (child.pid),
    countHits: async () => Number(/keyspace_hits:(\d+)/.exec(await client.info('stats'))?.[1] ?? 0),
  };
}
