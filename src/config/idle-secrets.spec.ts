import { describe, expect, it } from 'vitest';
import { findIdleSecrets } from './idle-secrets.js';
import { loadConfig } from './load-config.js';

const NOTHING: ReadonlySet<string> = new Set();

describe(findIdleSecrets.name, () => {
  it.each([
    ['OPENAI_API_KEY', 'settings: OPENAI_API_KEY is set, and without effect: OPENAI_BASE_URL is not set'],
    [
      'OPENAI_API_KEY_FILE',
      'settings: OPENAI_API_KEY_FILE is set, and without effect: OPENAI_BASE_URL is not set',
    ],
    ['AUTH_JWT_SECRET', 'settings: AUTH_JWT_SECRET is set, and without effect'],
  ])('tells of %s', (name, line) => {
    expect(findIdleSecrets({ [name]: 'x' }, NOTHING)).toEqual([line]);
  });

  it('tells of none that was asked for, or is empty', () => {
    expect(findIdleSecrets({ OPENAI_API_KEY: 'x' }, new Set(['OPENAI_API_KEY']))).toEqual([]);
    expect(findIdleSecrets({ OPENAI_API_KEY: ' ' }, NOTHING)).toEqual([]);
  });

  it('is heard at the start, where there is no server that the key is for', () => {
    const choices = (env: object) =>
      loadConfig({ CITADEL_ENV: 'test', OPENAI_API_KEY: 'sk-x', ...env }).choices.filter((choice) =>
        choice.includes('OPENAI_API_KEY is set'),
      );
    expect(choices({})).toHaveLength(1);
    expect(choices({ OPENAI_BASE_URL: 'https://api.example.org/v1' })).toEqual([]);
  });
});
