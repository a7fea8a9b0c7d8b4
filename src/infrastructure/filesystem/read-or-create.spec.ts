import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOrCreate } from './read-or-create.js';

describe(readOrCreate.name, () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'read-or-create-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

  it('makes a file and its folders for their owner alone, once', async () => {
    const file = join(directory, 'data', 'identity', 'key.pem');
    expect(await readOrCreate(file, () => 'first')).toBe('first');
    expect(await readOrCreate(file, () => 'second')).toBe('first');
    expect(await modeOf(file)).toBe(0o600);
    for (const made of [dirname(file), dirname(dirname(file))]) expect(await modeOf(made)).toBe(0o700);
  });
});
