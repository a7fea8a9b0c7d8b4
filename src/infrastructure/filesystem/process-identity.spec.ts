import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { isAlive, ownIdentity, uniqueName } from './process-identity.js';

describe(isAlive.name, () => {
  it('knows this very process', () => {
    expect(isAlive(ownIdentity())).toBe(true);
  });

  it('tells a process from a later one of the same number', () => {
    expect(isAlive({ ...ownIdentity(), startedAt: '1' })).toBe(false);
  });

  it('takes a killed process for dead, also before its parent has heard of it', async () => {
    // What the shell becomes does not wait for the shell's child, so the child stays a zombie.
    const shell = spawn('sh', ['-c', 'sleep 60 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(shell.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    await eventually(
      () => readFileSync(`/proc/${shell.pid}/comm`, 'utf8').trim(),
      (name) => name === 'sleep',
    );
    const startedAt = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/.*\) /, '').split(' ')[19];
    const sleeper = { ...ownIdentity(), pid, startedAt };
    expect(isAlive(sleeper)).toBe(true);
    process.kill(pid, 'SIGKILL');
    // The signal takes a moment to arrive.
    await eventually(
      () => isAlive(sleeper),
      (alive) => alive === false,
    );
    expect(existsSync(`/proc/${pid}`)).toBe(true);
    shell.kill('SIGKILL');
  });

  it('does not judge a process of another boot or container', () => {
    expect(isAlive({ ...ownIdentity(), world: 'elsewhere' })).toBeUndefined();
  });

  it('goes by the number alone where the system does not tell the start', () => {
    const { world } = ownIdentity();
    expect(isAlive({ pid: process.pid, world })).toBe(true);
    expect(isAlive({ pid: 2 ** 22 + 1, world })).toBe(false);
  });
});

describe(uniqueName.name, () => {
  it('never gives the same name twice', () => {
    expect(uniqueName()).not.toBe(uniqueName());
  });
});
