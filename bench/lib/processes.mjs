import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { availableParallelism } from 'node:os';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

/** The client and the backend share one CPU, the gateway has the other for itself. */
export const LOAD_CPU = 0;
export const GATEWAY_CPU = 1;

const QUIET_MS = 300;

/** @type {Set<ChildProcess>} */
const running = new Set();

/**
 * Starts a program on one CPU; it dies with this process, however that ends.
 *
 * @param {number} cpu
 * @param {string[]} command
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export function startOnCpu(cpu, command, options = {}) {
  const [program, ...rest] = [...RAISE_OPEN_FILES, ...pin(cpu), ...dieWithParent(), ...command];
  const child = spawn(/** @type {string} */ (program), rest, {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...options,
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/**
 * Asks a process to end and kills it when it does not.
 *
 * @param {ChildProcess} child
 */
export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 3000);
  await ended;
  clearTimeout(timer);
}

function killAll() {
  for (const child of running) child.kill('SIGKILL');
}

/**
 * Leaves no process behind, whether the run ends, fails or is interrupted.
 *
 * @param {() => Promise<void>} tidy what else is to be done when it is interrupted
 */
export function killAllAtExit(tidy) {
  process.on('exit', killAll);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.once(signal, () => {
      killAll();
      void tidy().finally(() => process.exit(130));
    });
  }
}

/** A port nobody listens on now. */
export async function findFreePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Polls an address until it answers with 2xx.
 *
 * @param {string} url
 * @param {ChildProcess} child whose end means that it never will
 * @param {{ timeoutMs?: number, anyStatus?: boolean, request?: RequestInit }} [options]
 */
export async function waitUntilReady(url, child, { timeoutMs = 60_000, anyStatus = false, request } = {}) {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`It ended before ${url} answered.`);
    const status = await fetch(url, { ...request, signal: AbortSignal.timeout(2000) }).then(
      async (response) => (await response.arrayBuffer(), response.status),
      () => 0,
    );
    if (status && (anyStatus || status < 300)) return;
    await pause(50);
  }
  throw new Error(`${url} did not answer within ${timeoutMs} ms.`);
}

/**
 * Waits until the machine has been idle for a moment, so that nobody's work, not even what a gateway does after its
 * load, falls into the next window.
 *
 * @param {number} patienceMs how long at most
 */
export async function waitForQuiet(patienceMs) {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const before = readIdle();
    await pause(QUIET_MS);
    const after = readIdle();
    const idleShare = (after.idle - before.idle) / Math.max(1, after.total - before.total);
    if (idleShare > 0.9 || Date.now() >= deadline) return;
  }
}

function readIdle() {
  const ticks = (readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '')
    .split(/ +/)
    .slice(1, 9)
    .map(Number);
  return { idle: (ticks[3] ?? 0) + (ticks[4] ?? 0), total: ticks.reduce((sum, value) => sum + value, 0) };
}

/** @param {number} ms */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * A process and all it has started.
 *
 * @param {number} pid
 * @returns {number[]}
 */
export function listProcessTree(pid) {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return [pid, ...children.flatMap(listProcessTree)];
  } catch {
    return [pid];
  }
}

/** @param {number[]} pids */
export function readRssKb(pids) {
  return pids.reduce(
    (sum, pid) => sum + Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0),
    0,
  );
}

/**
 * Lets VmHWM begin anew, so that the peak is the load's and not the start-up's.
 *
 * @param {number[]} pids
 */
export function resetPeakRss(pids) {
  for (const pid of pids) writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

export const canPin = availableParallelism() > GATEWAY_CPU && existsSync('/usr/bin/taskset');

/** A usual soft limit of 1,024 open files is less than 2,500 streams need. */
const RAISE_OPEN_FILES = ['/bin/sh', '-c', 'ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$@"', 'sh'];

/** @param {number} cpu */
const pin = (cpu) => (canPin ? ['taskset', '-c', String(cpu)] : []);

const dieWithParent = () => (existsSync('/usr/bin/setpriv') ? ['setpriv', '--pdeathsig', 'KILL'] : []);
