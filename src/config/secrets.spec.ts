import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './config-error.js';
import { isSampleSecret } from './sample-secrets.js';
import { Secrets } from './secrets.js';

describe(Secrets.name, () => {
  const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
  writeFileSync(join(folder, 'KEY'), 'from-folder\n');
  writeFileSync(join(folder, 'mounted'), 'from-file\n');
  writeFileSync(join(folder, 'EMPTY'), '\n');

  it('looks into the variable, then the file of KEY_FILE, then the folder', () => {
    expect(new Secrets({ KEY: 'from-env' }, folder).find('KEY')).toEqual({
      value: 'from-env',
      origin: 'KEY',
    });
    expect(new Secrets({ KEY_FILE: join(folder, 'mounted') }, folder).find('KEY')).toEqual({
      value: 'from-file',
      origin: 'KEY_FILE',
    });
    expect(new Secrets({}, folder).find('KEY')).toEqual({
      value: 'from-folder',
      origin: 'config/secrets/KEY',
    });
    expect(new Secrets({}, folder).find('OTHER')).toBeUndefined();
  });

  it('refuses a variable and a file together', () => {
    const secrets = new Secrets({ KEY: 'a', KEY_FILE: '/b' }, folder);
    expect(() => secrets.find('KEY')).toThrow(new ConfigError('Set KEY or KEY_FILE, not both'));
  });

  it('refuses a named file that is missing or empty', () => {
    expect(() => new Secrets({ KEY_FILE: join(folder, 'absent') }, folder).find('KEY')).toThrow(
      new ConfigError('The secret file of KEY_FILE cannot be read (ENOENT)'),
    );
    expect(() => new Secrets({}, folder).find('EMPTY')).toThrow('config/secrets/EMPTY is empty');
  });
});

describe(isSampleSecret.name, () => {
  it('knows what stands in examples', () => {
    expect(isSampleSecret('ChangeMe')).toBe(true);
    expect(isSampleSecret(['Secure', 'Gateway', 'Pass', '2024!'].join(''))).toBe(true);
    expect(isSampleSecret('kM2-9vQe7!x')).toBe(false);
  });
});
