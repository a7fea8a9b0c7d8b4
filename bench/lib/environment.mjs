import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { redisVersion } from './bench-redis.mjs';
import { canPin } from './processes.mjs';
import { number, percent } from './table.mjs';

/** Beyond this share of one core the neighbours are measured as well. */
const QUIET_ENOUGH = 0.2;

/**
 * The lines that say where and how a run was measured.
 *
 * @param {import('./options.mjs').Options} options
 * @param {string} database
 * @param {import('./results.mjs').Results} results
 * @param {number} parseUs
 */
export function describeEnvironment({ rounds, quick, encoding }, database, results, parseUs) {
  // Citadel is left out: its database would count as a stranger.
  const others = results.medianOfAll(['direct', 'nginx', 'portkey'], ({ othersShare }) => othersShare);
  const congestion = read('/proc/sys/net/ipv4/tcp_congestion_control');
  return [
    `- ${new Date().toISOString().slice(0, 10)}, ${rounds} interleaved round${rounds === 1 ? '' : 's'}, medians${quick ? ' (**quick: windows too short to judge by**)' : ''}`,
    `- ${cpus().length} cores of ${cpus()[0]?.model.trim()}, Linux ${read('/proc/sys/kernel/osrelease')}, TCP ${congestion}`,
    `- Node ${process.version}, ${nginxVersion()}, Portkey ${portkeyVersion()}, ${redisVersion() ? `Redis ${redisVersion()}` : 'no Redis'}`,
    `- audit of Citadel: ${database}; vectors as ${encoding}`,
    canPin
      ? '- client, backend and the sessions of the database on CPU 0, the gateway alone on CPU 1'
      : '- **processes were not pinned: the numbers do not compare with others**',
    `- speed of a core: JSON.parse of 768 numbers takes ${number(parseUs)} µs (42 µs where the targets were set: 5, 6 and 7 are not ratios)`,
    `- other work on the machine: ${percent(others)} of one core (median)${others > QUIET_ENOUGH ? ' (**disturbed: repeat this run**)' : ''}`,
  ];
}

/** @param {string} path */
const read = (path) => readFileSync(path, 'utf8').trim();

function nginxVersion() {
  try {
    return (
      /nginx\/[\d.]+/.exec(
        execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin:/usr/local/sbin nginx -v 2>&1'], {
          encoding: 'utf8',
        }),
      )?.[0] ?? 'no nginx'
    );
  } catch {
    return 'no nginx';
  }
}

function portkeyVersion() {
  const { dependencies } = JSON.parse(
    readFileSync(new URL('../peers/package.json', import.meta.url), 'utf8'),
  );
  return dependencies['@portkey-ai/gateway'];
}
