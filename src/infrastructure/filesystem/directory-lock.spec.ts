import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DirectoryInUseError, DirectoryLock } from './directory-lock.js';
import { ownIdentity } from './process-identity.js';

describe(DirectoryLock.name, () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'directory-lock-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const leave = (name: string, claim: object) =>
    writeFileSync(join(directory, name), JSON.stringify({ ...ownIdentity(), state: 'holds', ...claim }));

  it('is held by one at a time, also within a process', async () => {
    const lock = await DirectoryLock.acquire(directory);
    await expect(DirectoryLock.acquire(directory)).rejects.toThrow(DirectoryInUseError);
    lock.release();
    (await DirectoryLock.acquire(directory)).release();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('is given up also where its claim cannot be removed', async () => {
    const lock = await DirectoryLock.acquire(directory);
    const [claim] = readdirSync(directory);
    rmSync(join(directory, claim!));
    mkdirSync(join(directory, claim!));
    expect(() => lock.release()).not.toThrow();
  });

  it('says who has it and what to do', async () => {
    leave('other.lock', {});
    await expect(DirectoryLock.acquire(directory)).rejects.toMatchObject({
      directory,
      pid: process.pid,
      message: expect.stringContaining(
        `The embedded database in ${directory} is in use by process ${process.pid}.`,
      ),
    });
  });

  it('passes over and removes what dead processes left', async () => {
    leave('recycled.lock', { startedAt: '1' });
    leave('gone.lock', { pid: 2 ** 22 + 1 });
    writeFileSync(join(directory, 'emptied.lock'), '');
    const lock = await DirectoryLock.acquire(directory);
    expect(readdirSync(directory)).toHaveLength(1);
    lock.release();
  });

  it('makes room by what dead processes left before it takes any', async () => {
    let deep = directory;
    // So deep that names of claims are too long to be written there.
    for (const part of ['d'.repeat(200), 'd']) {
      for (let fits = true; fits;) {
        const next = join(deep, part);
        try {
          mkdirSync(next);
          writeFileSync(join(next, 'x.lock'), '');
          deep = next;
        } catch {
          fits = false;
        }
      }
    }
    expect(readdirSync(deep)).toContain('x.lock');
    await expect(DirectoryLock.acquire(deep)).rejects.toThrow('ENAMETOOLONG');
    expect(readdirSync(deep)).not.toContain('x.lock');
  });

  it('respects a holder in another container as long as it shows that it lives', async () => {
    leave('foreign.lock', { world: 'elsewhere', pid: 1 });
    await expect(DirectoryLock.acquire(directory)).rejects.toThrow('in use by process 1.');
    const longAgo = new Date(Date.now() - 20_000);
    utimesSync(join(directory, 'foreign.lock'), longAgo, longAgo);
    (await DirectoryLock.acquire(directory)).release();
  });

  describe('on machines whose clocks differ', () => {
    const MINUTE_MS = 60_000;
    afterEach(() => vi.useRealTimers());
    const clockAheadBy = (ms: number) =>
      vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'], now: Date.now() + ms });

    it.each([5 * MINUTE_MS, -5 * MINUTE_MS])(
      'goes by the clock of the files: %i ms ahead',
      async (aheadMs) => {
        clockAheadBy(aheadMs);
        leave('foreign.lock', { world: 'another boot' });
        await expect(DirectoryLock.acquire(directory)).rejects.toThrow(DirectoryInUseError);
        const longAgo = new Date(Date.now() - aheadMs - MINUTE_MS);
        utimesSync(join(directory, 'foreign.lock'), longAgo, longAgo);
        (await DirectoryLock.acquire(directory)).release();
      },
    );

    it.each([5 * MINUTE_MS, -5 * MINUTE_MS])('is held by its time as well: %i ms ahead', async (aheadMs) => {
      clockAheadBy(aheadMs);
      const lock = await DirectoryLock.acquire(directory);
      vi.advanceTimersByTime(5_000);
      const [claim] = readdirSync(directory);
      const { ctimeMs, mtimeMs } = statSync(join(directory, claim!));
      expect(Math.abs(ctimeMs - mtimeMs)).toBeLessThan(MINUTE_MS);
      lock.release();
    });
  });

  it('goes to exactly one of many that want it at once', async () => {
    leave('dead.lock', { startedAt: '1' });
    const wanted = Array.from({ length: 8 }, () => DirectoryLock.acquire(directory));
    const outcomes = await Promise.allSettled(wanted);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value.release();
    expect(readdirSync(directory)).toEqual([]);
  });
});
