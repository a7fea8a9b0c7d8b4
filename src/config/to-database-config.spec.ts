import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProcessEnv } from './env.js';
import { createSources, type SourcesExample } from './testing/create-sources.js';
import { toDatabaseConfig } from './to-database-config.js';

const decide = (example: SourcesExample) => toDatabaseConfig(createSources(example), './data');
const urlOf = (example: SourcesExample): string => {
  const { config } = decide(example);
  return config.kind === 'postgres' ? config.url : config.kind;
};
const YAML = 'database: { host: db, port: 5433, database: x, user: u, password: from-yaml }';

describe(toDatabaseConfig.name, () => {
  it('is embedded where nothing names a server', () => {
    expect(decide({})).toEqual({
      config: { kind: 'embedded', directory: './data/postgres' },
      choice:
        'database: embedded PostgreSQL in ./data/postgres (neither DATABASE_URL nor DATABASE_HOST is set)',
    });
  });

  it('prefers DATABASE_URL, then DATABASE_HOST and its parts, then YAML', () => {
    expect(urlOf({ yaml: YAML })).toBe('postgresql://u:from-yaml@db:5433/x');
    expect(urlOf({ yaml: YAML, env: { DATABASE_HOST: '::1', DATABASE_USER: 'me' } })).toBe(
      'postgresql://me:from-yaml@[::1]:5433/x',
    );
    expect(urlOf({ yaml: YAML, env: { DATABASE_URL: 'postgres://a@b/c' } })).toBe('postgres://a@b/c');
    expect(urlOf({ env: { DATABASE_HOST: 'db' } })).toBe('postgresql://citadel@db:5432/citadel_gateway');
  });

  it('keeps any password whole, and shows none', () => {
    const { config, choice } = decide({ env: { DATABASE_HOST: 'db', DATABASE_PASSWORD: 'p@ss/w%rd:#' } });
    expect(config.kind === 'postgres' && decodeURIComponent(new URL(config.url).password)).toBe(
      'p@ss/w%rd:#',
    );
    expect(choice).toBe('database: PostgreSQL at postgresql://db:5432/citadel_gateway (DATABASE_HOST)');
  });

  it('finds the password in the environment, then in the secret that YAML names', () => {
    const secretsFolder = mkdtempSync(join(tmpdir(), 'secrets-'));
    writeFileSync(join(secretsFolder, 'DB_KEY'), 'from-folder');
    const yaml = 'database: { host: db, password_secret_name: DB_KEY }';
    expect(urlOf({ yaml, secretsFolder })).toContain(':from-folder@');
    expect(urlOf({ yaml, secretsFolder, env: { DATABASE_PASSWORD: 'from-env' } })).toContain(':from-env@');
  });

  it('completes DATABASE_URL with the password', () => {
    expect(urlOf({ env: { DATABASE_URL: 'postgresql://u@db/x', DATABASE_PASSWORD: 'p' } })).toBe(
      'postgresql://u:p@db/x',
    );
  });

  it.each<[string, ProcessEnv]>([
    ['DATABASE_HOST', { DATABASE_HOST: 'other' }],
    ['DATABASE_PORT', { DATABASE_PORT: '5433' }],
    ['DATABASE_NAME', { DATABASE_NAME: 'y' }],
    ['DATABASE_USER', { DATABASE_USER: 'v' }],
    ['DATABASE_PASSWORD', { DATABASE_PASSWORD: 'q' }],
  ])('refuses DATABASE_URL with a different %s', (key, env) => {
    expect(() => decide({ env: { DATABASE_URL: 'postgresql://u:p@db/x', ...env } })).toThrow(
      `DATABASE_URL and ${key} disagree; set only one of them`,
    );
  });

  it('accepts parts that say the same as DATABASE_URL', () => {
    const env = {
      DATABASE_HOST: 'db',
      DATABASE_PORT: '5432',
      DATABASE_NAME: 'x',
      DATABASE_USER: 'u',
      DATABASE_PASSWORD: 'p',
    };
    expect(urlOf({ env: { DATABASE_URL: 'postgresql://u:p@db/x', ...env } })).toBe('postgresql://u:p@db/x');
  });

  it.each(['DATABASE_PORT', 'DATABASE_NAME', 'DATABASE_USER', 'DATABASE_PASSWORD'])(
    'refuses %s where no server is named',
    (key) => {
      expect(() => decide({ env: { [key]: '5432' } })).toThrow(
        `${key} is set, but neither DATABASE_URL nor DATABASE_HOST names a database`,
      );
    },
  );

  it('refuses a sample password in production only', () => {
    const env = { DATABASE_HOST: 'db', DATABASE_PASSWORD: 'changeme' };
    expect(() => decide({ environment: 'production', env })).toThrow('is a known sample');
    expect(() =>
      decide({ environment: 'production', env: { DATABASE_URL: 'postgresql://u:postgres@db/x' } }),
    ).toThrow('is a known sample');
    expect(urlOf({ environment: 'development', env })).toContain('changeme');
  });

  it('has short bounds unless YAML says otherwise', () => {
    expect(decide({ env: { DATABASE_HOST: 'db' } }).config).toMatchObject({
      poolMax: 10,
      poolMin: 5,
      acquireTimeoutMs: 1000,
      statementTimeoutMs: 2000,
      recycleMs: 3_600_000,
    });
    const yaml =
      'database: { host: db, pool_size: 3, max_overflow: 20, pool_timeout: 30, command_timeout: 30, pool_recycle: 60 }';
    expect(decide({ yaml }).config).toMatchObject({
      poolMax: 3,
      poolMin: 3,
      acquireTimeoutMs: 30_000,
      statementTimeoutMs: 30_000,
      recycleMs: 60_000,
    });
    expect(() => decide({ yaml: 'database: { pool_size: 3, pool_min: 4 }' })).toThrow(
      'pool_min is larger than',
    );
  });
});
