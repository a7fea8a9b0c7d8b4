import { describe, expect, it } from 'vitest';
import { findMisspelt } from './misspelt-settings.js';

const NOTHING: ReadonlySet<string> = new Set();

describe(findMisspelt.name, () => {
  it.each([
    ['AUTH_REQURE_ALL', 'AUTH_REQUIRE_ALL'],
    ['MODELS_ADMITT', 'MODELS_ADMIT'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['REIDS_URL', 'REDIS_URL'],
    ['OPENAI_API_KEY_FILES', 'OPENAI_API_KEY_FILE'],
  ])('takes %s for %s', (name, meant) => {
    expect(findMisspelt({ [name]: 'on' }, NOTHING)).toEqual([`settings: ${name} is none; ${meant} is`]);
  });

  it('minds nothing that is a setting, and nothing that is far from any', () => {
    expect(
      findMisspelt({ PORT: '1', POST: '1', DATABASE_URL: 'x', OPENAI_API_BASE: 'x', HOME: '/' }, NOTHING),
    ).toEqual([]);
  });

  it('minds nothing that is used', () => {
    expect(findMisspelt({ OPENAI_API_KEY2: 'x' }, new Set(['OPENAI_API_KEY2']))).toEqual([]);
  });

  it('minds nothing that is empty', () => {
    expect(findMisspelt({ DATABASE_URI: '' }, NOTHING)).toEqual([]);
  });
});
