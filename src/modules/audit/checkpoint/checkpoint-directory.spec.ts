import { generateKeyPairSync } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openCheckpoint, signCheckpoint } from './checkpoint.js';
import { CheckpointDirectory } from './checkpoint-directory.js';

const keys = generateKeyPairSync('ed25519');
const noteOf = (seq: number, tenant = 'default') =>
  signCheckpoint({ tenant, seq, link: Buffer.alloc(32, seq) }, keys);
const DAY = new Date('2026-11-21T23:59:59Z');
const NEXT_DAY = new Date('2026-11-22T00:00:00Z');

describe(CheckpointDirectory.name, () => {
  let root: string;
  let directory: CheckpointDirectory;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'citadel-checkpoints-'));
    directory = new CheckpointDirectory(join(root, 'checkpoints'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const fileOf = (day: string) => join(root, 'checkpoints/default', `${day}.notes`);

  it('keeps notes in the order in which they came, in a file for each day', async () => {
    expect(await directory.list('default')).toEqual([]);
    await directory.append('default', noteOf(1), DAY);
    await directory.append('default', noteOf(2), DAY);
    await directory.append('default', noteOf(3), NEXT_DAY);
    expect(await directory.list('default')).toEqual([noteOf(1), noteOf(2), noteOf(3)]);
    expect(await readdir(join(root, 'checkpoints/default'))).toEqual([
      '2026-11-21.notes',
      '2026-11-22.notes',
    ]);
  });

  it('keeps tenants apart whatever they are called', async () => {
    const tenants = [
      'default',
      'Default',
      '..',
      '.',
      '',
      '/etc',
      'a/b',
      'a b',
      '\u0000',
      'ä'.repeat(255),
      'a'.repeat(255),
    ];
    for (const tenant of tenants) await directory.append(tenant, noteOf(1, tenant), DAY);
    for (const tenant of tenants) expect(await directory.list(tenant)).toEqual([noteOf(1, tenant)]);
    expect(await readdir(root)).toEqual(['checkpoints']);
    const names = await readdir(join(root, 'checkpoints'));
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(tenants.length);
  });

  it('passes over half a note, wherever it was cut, and goes on behind the whole ones', async () => {
    const half = Buffer.from(`${noteOf(2)}\n`);
    for (let cut = 1; cut < half.length; cut += 7) {
      await rm(join(root, 'checkpoints'), { recursive: true, force: true });
      await directory.append('default', noteOf(1), DAY);
      await appendFile(fileOf('2026-11-21'), half.subarray(0, cut));
      expect(await directory.list('default')).toEqual([noteOf(1)]);
      await directory.append('default', noteOf(3), DAY);
      expect(await readFile(fileOf('2026-11-21'), 'utf8')).toBe(`${noteOf(1)}\n${noteOf(3)}\n`);
    }
  });

  it('gives what does not belong there together with the note behind it, which then is none', async () => {
    await directory.append('default', noteOf(1), DAY);
    await appendFile(fileOf('2026-11-21'), `nonsense\n\n${noteOf(2)}\n`);
    await directory.append('default', noteOf(3), DAY);
    const opened = (await directory.list('default')).map(
      (note) => openCheckpoint(note, 'default', keys)?.seq,
    );
    expect(opened).toEqual([1, undefined, 3]);
  });
});
