import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from './config/index.js';
import { makeDirectories } from './directories.js';

describe(makeDirectories.name, () => {
  let place: string;
  let file: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'directories-'));
    file = join(place, 'file');
    writeFileSync(file, '');
  });
  afterEach(() => rmSync(place, { recursive: true }));

  const make = (env: Record<string, string>) =>
    makeDirectories(loadConfig({ CITADEL_ENV: 'test', CITADEL_DATA_DIR: join(place, 'data'), ...env }));

  it('makes what is not there yet, and is content with what is', () => {
    const env = { AUDIT_CHECKPOINT_DIR: join(place, 'a', 'b') };
    make(env);
    make(env);
    for (const made of ['data/audit', 'a/b']) {
      expect(statSync(join(place, made)).isDirectory()).toBe(true);
      expect(statSync(join(place, made)).mode & 0o777).toBe(0o700);
    }
  });

  it.each([
    ['CITADEL_DATA_DIR', ''],
    ['CITADEL_DATA_DIR', '/below'],
    ['AUDIT_CHECKPOINT_DIR', ''],
    ['AUDIT_CHECKPOINT_DIR', '/below'],
    ['AUDIT_SIGNING_KEY_FILE', '/key.pem'],
  ])('names %s that leads to or through a file: case %#', (key, path) => {
    const directory = path === '/key.pem' ? file : file + path;
    expect(() => make({ [key]: file + path })).toThrow(
      new ConfigError(`${key}: the directory ${directory} cannot be used (ENOTDIR)`),
    );
  });

  it.runIf(existsSync('/proc/self'))('does not try for ever where no directory can be made', () => {
    expect(() => make({ CITADEL_DATA_DIR: '/proc/nope/data' })).toThrow(
      'CITADEL_DATA_DIR: the directory /proc/nope/data cannot be used (ENOENT)',
    );
  });

  it('needs no place where nothing is written', () => {
    const key = join(place, 'key.pem');
    writeFileSync(key, 'a key');
    const database = {
      DATABASE_URL: 'postgresql://u:p@db/x',
      AUDIT_MODE: 'off',
      AUDIT_SIGNING_KEY_FILE: key,
    };
    const config = loadConfig({ CITADEL_ENV: 'test', CITADEL_DATA_DIR: file, ...database });
    const identity = { ...config.identity, signing: { kind: 'given' } };
    expect(() => makeDirectories({ ...config, identity } as never)).not.toThrow();
  });
});
