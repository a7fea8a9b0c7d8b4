import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from './config-error.js';
import { readProcessEnv } from './read-process-env.js';

describe(readProcessEnv.name, () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('puts the file .env behind the real environment', () => {
    const folder = mkdtempSync(join(tmpdir(), 'env-'));
    writeFileSync(join(folder, '.env'), 'PORT=1\nREDIS_URL="redis://cache" # ours\n');
    vi.stubEnv('PORT', '2');
    expect(readProcessEnv(folder)).toMatchObject({ PORT: '2', REDIS_URL: 'redis://cache' });
  });

  it('passes over what is empty, wherever it stands', () => {
    const folder = mkdtempSync(join(tmpdir(), 'env-'));
    writeFileSync(join(folder, '.env'), 'PORT=1\nHOST=\n');
    vi.stubEnv('PORT', ' ');
    vi.stubEnv('CITADEL_ENV', '');
    const env = { CITADEL_ENV: 'development', ...readProcessEnv(folder) };
    expect(env).toMatchObject({ CITADEL_ENV: 'development', PORT: '1' });
    expect(env).not.toHaveProperty('HOST');
  });

  it('passes over the mark that some editors put in front', () => {
    const folder = mkdtempSync(join(tmpdir(), 'env-'));
    writeFileSync(join(folder, '.env'), '\uFEFFAUTH_REQUIRE_ALL=on\r\nPORT=1\r\n');
    expect(readProcessEnv(folder)).toMatchObject({ AUTH_REQUIRE_ALL: 'on', PORT: '1' });
  });

  it('says which file it cannot read, and why', () => {
    const folder = mkdtempSync(join(tmpdir(), 'env-'));
    mkdirSync(join(folder, '.env'));
    expect(() => readProcessEnv(folder)).toThrow(
      new ConfigError(`${join(folder, '.env')} cannot be read (EISDIR)`),
    );
  });

  it('does without the file', () => {
    vi.stubEnv('PORT', '2');
    expect(readProcessEnv('/nowhere')).toMatchObject({ PORT: '2' });
  });
});
