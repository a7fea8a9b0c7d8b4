import { pbkdf2 } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { segmentName } from './segment-name.js';
import { SpoolSegment } from './spool-segment.js';

const FRAME = Buffer.from('frame');
/** More than there are threads that work on files. */
const MANY = 16;

describe(SpoolSegment.name, () => {
  let directory: string;
  let made = 0;

  const create = () => SpoolSegment.create(join(directory, segmentName(++made)));

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'citadel-segment-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('is synced as well when nobody needs it any more', async () => {
    const segment = create();
    segment.append('outcome', FRAME);
    const busy = Array.from({ length: MANY }, () => promisify(pbkdf2)('', '', 20_000, 32, 'sha256'));
    const synced = segment.sync();
    segment.retire();
    await Promise.all([expect(synced).resolves.toBeUndefined(), ...busy]);
  });

  it('is synced for whoever asks when it is, also while that is under way', async () => {
    const segment = create();
    segment.append('outcome', FRAME);
    let isSynced = false;
    void segment.sync().then(() => (isSynced = true));
    await segment.sync();
    expect(isSynced).toBe(true);
    segment.close();
  });

  it('is not synced where it could not be, however often that is asked', async () => {
    const segment = create();
    segment.append('outcome', FRAME);
    segment.close();
    await expect(segment.sync()).rejects.toThrow('EBADF');
    await expect(segment.sync()).rejects.toThrow('EBADF');
  });

  it.each([
    ['appended', (to: SpoolSegment) => to.append('begin', FRAME)],
    ['taken over', (to: SpoolSegment, from: SpoolSegment) => to.adopt(from.append('begin', FRAME), FRAME)],
  ])('takes nothing more behind what could not be %s', (_how, write) => {
    const other = create();
    const full = create();
    full.close();
    expect(() => write(full, other)).toThrow('EBADF');
    expect(full).toMatchObject({ finished: true, size: 0, liveCount: 0 });
    other.close();
  });
});
