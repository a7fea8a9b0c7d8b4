import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../config/index.js';
import { loadSigningKeys } from './signing-keys.js';

describe(loadSigningKeys.name, () => {
  let directory: string;
  let file: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'citadel-keys-'));
    file = join(directory, 'deep/er/signing-key.pem');
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('makes keys that only the owner can read, and finds them again', async () => {
    const made = await loadSigningKeys(file);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(dirname(file))).toEqual(['signing-key.pem']);
    const found = await loadSigningKeys(file);
    expect(found.publicKey.equals(made.publicKey)).toBe(true);
    const text = Buffer.from('text');
    expect(verify(null, text, made.publicKey, sign(null, text, found.privateKey))).toBe(true);
  });

  it('gives all who start at once the same', async () => {
    const all = await Promise.all(Array.from({ length: 20 }, () => loadSigningKeys(file)));
    expect(all.every(({ publicKey }) => publicKey.equals(all[0]!.publicKey))).toBe(true);
    expect(await readdir(dirname(file))).toEqual(['signing-key.pem']);
  });

  it('refuses what is no such key, and says which file', async () => {
    const other = join(directory, 'key.pem');
    await writeFile(other, 'nothing');
    await expect(loadSigningKeys(other)).rejects.toThrow(
      new ConfigError(`AUDIT_SIGNING_KEY_FILE: ${other} must hold a private key in PEM (PKCS#8)`),
    );
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(other, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await expect(loadSigningKeys(other)).rejects.toThrow(
      new ConfigError(`AUDIT_SIGNING_KEY_FILE: the key in ${other} is ec, not Ed25519`),
    );
    await expect(loadSigningKeys(directory)).rejects.toThrow(
      new ConfigError(`${directory} cannot be read (EISDIR)`),
    );
  });
});
