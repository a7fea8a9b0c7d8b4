import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWritable } from './is-writable.js';

describe(isWritable.name, () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'citadel-probe-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('tells whether files can be written, and leaves none', () => {
    expect(isWritable(directory, 64 * 1024)).toBe(true);
    expect(readdirSync(directory)).toEqual([]);
    expect(isWritable(join(directory, 'missing'), 1)).toBe(false);
  });

  it('fails nobody where it cannot tidy up', () => {
    mkdirSync(join(directory, 'probe'));
    expect(isWritable(directory, 1)).toBe(false);
  });
});
