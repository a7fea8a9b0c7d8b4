import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';

/** One process, told apart from a later one that was given the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in clock ticks since boot; undefined where the system does not say. */
  readonly startedAt?: string;
  /** The boot and pid namespace in which `pid` means something; undefined where the system does not say. */
  readonly world?: string;
}

export const ownIdentity = (): ProcessIdentity => ({
  pid: process.pid,
  startedAt: findProcess(process.pid)?.startedAt,
  world: ownWorld(),
});

/**
 * Whether that process still runs. Undefined when it belongs to another boot or container, where only its own signs of
 * life can tell.
 */
export function isAlive(other: ProcessIdentity): boolean | undefined {
  if (other.world !== ownWorld()) return undefined;
  if (other.startedAt === undefined) return isPidInUse(other.pid);
  const process = findProcess(other.pid);
  return process !== undefined && process.startedAt === other.startedAt && !process.ended;
}

/** A name that no other process and no later call gives. */
export const uniqueName = (): string => `${process.pid}-${randomUUID()}`;

/** Field 3 of proc(5) `stat` is the state, field 22 the start. The name before them may itself contain blanks. */
function findProcess(pid: number): { startedAt: string; ended: boolean } | undefined {
  const stat = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields?.[0], fields?.[19]];
  // A killed process is a zombie until its parent has heard of it: nothing of it runs any more.
  return startedAt === undefined ? undefined : { startedAt, ended: state === 'Z' || state === 'X' };
}

function ownWorld(): string | undefined {
  const boot = tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
  const namespace = tryRead(() => readlinkSync('/proc/self/ns/pid'));
  return boot === undefined ? undefined : `${boot} ${namespace ?? ''}`;
}

function isPidInUse(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
