import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { ENV_KEYS, parseEnv } from './env.js';
import { SECRET_KEYS } from './secrets.js';

describe(parseEnv.name, () => {
  it('reads each variable as its type', () => {
    const env = parseEnv({
      PORT: '9000',
      EXTRA_PORTS: '[8000,8080]',
      VALID_MODELS: 'phi3, mixtral',
      LOG_LEVEL: 'INFO',
      RATE_LIMIT: 'off',
      DRAIN_TIMEOUT_S: '1.5',
    });

    expect(env).toMatchObject({
      PORT: 9000,
      EXTRA_PORTS: [8000, 8080],
      VALID_MODELS: ['phi3', 'mixtral'],
      LOG_LEVEL: 'info',
      RATE_LIMIT: false,
      DRAIN_TIMEOUT_S: 1.5,
    });
  });

  it('takes an empty variable as unset', () => {
    expect(parseEnv({ PORT: '', HOST: '  ' })).toMatchObject({ PORT: undefined, HOST: undefined });
  });

  it('knows the words of other runtimes for log levels', () => {
    expect(parseEnv({ LOG_LEVEL: 'Warning' }).LOG_LEVEL).toBe('warn');
    expect(parseEnv({ LOG_LEVEL: 'CRITICAL' }).LOG_LEVEL).toBe('fatal');
  });

  it('refuses to keep what it stores elsewhere than it does', () => {
    expect(parseEnv({ P8FS_STORAGE_PROVIDER: 'postgresql' })).toBeDefined();
    expect(() => parseEnv({ P8FS_STORAGE_PROVIDER: 'tidb' })).toThrow(
      'P8FS_STORAGE_PROVIDER must be one of `postgresql`',
    );
  });

  it('tells every malformed variable at once, and no value', () => {
    const problems = [
      'CITADEL_ENV must be one of `development`, `test`, `production`',
      'PORT must be a port from 0 to 65535',
      'DATABASE_URL must be a URL such as postgresql://user:password@host:5432/database',
      'MODELS_ADMIT must be one of `configured`, `listed`, `any`',
    ];
    expect(() =>
      parseEnv({ CITADEL_ENV: 'staging', PORT: 'http', DATABASE_URL: 'hunter2', MODELS_ADMIT: 'some' }),
    ).toThrow(new ConfigError(problems.join('\n')));
  });
});

describe('.env.example', () => {
  const lines = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8').split('\n');
  const settings = lines.filter((line) => /^#[A-Z]/.test(line));

  it('shows every variable and no other', () => {
    const secretKeys = SECRET_KEYS.flatMap((key) => [key, `${key}_FILE`]);
    const shown = settings.map((line) => line.slice(1, line.indexOf('=')));
    expect(shown.toSorted()).toEqual([...ENV_KEYS, ...secretKeys].toSorted());
  });

  it('explains each in the line above', () => {
    for (const setting of settings) expect(lines[lines.indexOf(setting) - 1]).toMatch(/^# [^-]/);
  });

  it('shows values that would be accepted', () => {
    const shown = settings.map((line) => line.slice(1).split(/=(.*)/s).slice(0, 2));
    expect(() => parseEnv(Object.fromEntries(shown))).not.toThrow();
  });

  it('sets nothing by being copied', () => {
    expect(lines.filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });
});
