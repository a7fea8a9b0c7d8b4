import { pbkdf2 } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SyncedDirectory } from './synced-directory.js';

/** More than there are threads that work on files. */
const MANY = 16;

describe(SyncedDirectory.name, () => {
  it('is not called synced while somebody else is at it', async () => {
    const path = mkdtempSync(join(tmpdir(), 'citadel-directory-'));
    const directory = new SyncedDirectory(path);
    const busy = Array.from({ length: MANY }, () => promisify(pbkdf2)('', '', 20_000, 32, 'sha256'));
    const ends: string[] = [];
    directory.changed();
    const first = directory.sync().then(() => ends.push('first'));
    await directory.sync().then(() => ends.push('second'));
    await Promise.all([first, ...busy]);
    expect(ends).toEqual(['first', 'second']);
    directory.close();
    rmSync(path, { recursive: true });
  });
});
