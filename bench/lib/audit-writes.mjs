import { fileURLToPath } from 'node:url';
import { createBenchDatabase } from './bench-database.mjs';
import { GATEWAY_CPU, startOnCpu } from './processes.mjs';

/**
 * What the program prints for each way of writing.
 *
 * @typedef {object} Written
 * @property {string} way
 * @property {number} generations
 * @property {number} us
 * @property {number} cpuUs of the program
 */

/** Where no client asks, there is nothing it could complain about. */
const NOBODY_ASKED = /** @type {import('./measure.mjs').ClientResult} */ ({ replies: 0, bad: 0 });

const PROGRAM = fileURLToPath(new URL('./audit-writer.mjs', import.meta.url));

/**
 * Compares ways to put generations on record, all in one empty database.
 *
 * @param {import('./scenarios.mjs').Load} load
 * @returns {Promise<{ way: string, sample: import('./measure.mjs').Sample }[]>} nothing where there is no PostgreSQL server.
 */
export async function measureWrites({ streams, settleMs, windowMs }) {
  const database = await createBenchDatabase();
  if (database === undefined) return [];
  try {
    const settings = [database.url, streams, settleMs, windowMs].map(String);
    const child = startOnCpu(GATEWAY_CPU, [process.execPath, PROGRAM, ...settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    const code = await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
    if (code !== 0) throw new Error(`The audit writer ended with ${code}.`);
    /** @type {Written[]} */
    const written = JSON.parse(output);
    return written.map((one) => ({ way: one.way, sample: toSample(one) }));
  } finally {
    await database.drop();
  }
}

/**
 * A generation counts as a token and as a reply.
 *
 * @param {Written} written
 * @returns {import('./measure.mjs').Sample}
 */
function toSample({ generations, us, cpuUs }) {
  const perSecond = (generations / us) * 1e6;
  const cpuUsEach = cpuUs / Math.max(1, generations);
  return {
    tokensPerSecond: perSecond,
    repliesPerSecond: perSecond,
    cpuShare: cpuUs / us,
    othersShare: NaN,
    cpuUsPerToken: cpuUsEach,
    cpuUsPerReply: cpuUsEach,
    carried: 1,
    idleKb: NaN,
    peakKb: NaN,
    kbPerStream: NaN,
    redisShare: NaN,
    client: NOBODY_ASKED,
  };
}
