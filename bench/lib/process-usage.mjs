import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/**
 * CPU of all threads of these processes, and their memory.
 *
 * @param {number[]} watched
 */
export function usage(watched) {
  const sum = { cpuUs: 0, rssKb: 0, peakKb: 0 };
  for (const pid of watched) {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    sum.cpuUs += ((Number(fields[11]) + Number(fields[12])) * 1e6) / TICKS_PER_SECOND;
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    sum.rssKb += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
    sum.peakKb += Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
  }
  return sum;
}

/** What all processes of the machine have used together, in µs of one CPU. */
export function machineBusyUs() {
  const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'latin1')
    .split('\n', 1)[0]
    .split(/\s+/)
    .map(Number);
  return ((user + nice + system + irq + softirq) * 1e6) / TICKS_PER_SECOND;
}

/**
 * The value below which this share of them lies.
 *
 * @param {number[]} sorted
 * @param {number} share
 */
export const at = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export const byValue = (/** @type {number} */ a, /** @type {number} */ b) => a - b;
