import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { post } from '../support/gateway-calls.js';

const run = promisify(execFile);
const KEYS = 'scripts/dev/generate_server_jwt_signing_keys';
/** Each of them starts a process that reads all settings. */
const SLOW = { timeout: 60_000 };
const SECRET = randomBytes(48).toString('base64');

let home: string;
/** Outside of production, with the key of its own data directory. */
let gateway: TestGateway;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'citadel-home-'));
  gateway = await createGateway({
    CITADEL_ENV: 'development',
    CITADEL_DATA_DIR: home,
    P8FS_JWT_PRIVATE_KEY_PEM: '',
    P8FS_JWT_PUBLIC_KEY_PEM: '',
    P8FS_DEV_TOKEN_SECRET: SECRET,
  });
});
afterAll(async () => {
  await gateway.close();
  await rm(home, { recursive: true, force: true });
});

const env = (more: Record<string, string> = {}) => ({
  PATH: process.env.PATH,
  HOME: home,
  CITADEL_DATA_DIR: home,
  PORT: '0',
  ...more,
});
const tool = (file: string, args: readonly string[], more?: Record<string, string>) =>
  run(process.execPath, [file, ...args], { env: env(more) });
const failure = (file: string, args: readonly string[], more?: Record<string, string>) =>
  tool(file, args, more).then(
    () => undefined,
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );
const ask = async (token: string) => {
  const body = { model: 'gpt-4', messages: [{ role: 'user', content: 'Hello' }] };
  const headers = { authorization: `Bearer ${token}` };
  return (await post(`${gateway.url}/api/v1/agent/p8-sim/chat/completions`, body, { headers })).status;
};

describe('p8fs-auth generate-token', SLOW, () => {
  it('prints the token and nothing else, and the gateway takes it', async () => {
    const args = ['generate-token', '-u', 'test-user', '-s', 'read', '-s', 'write', '--output', 'token'];
    const { stdout } = await tool('scripts/p8fs-auth.mjs', args);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    expect(await ask(stdout.trim())).toBe(200);
    expect(gateway.storage.begins.at(-1)).toMatchObject({ userId: 'test-user' });
  });

  it('says more as JSON', async () => {
    const args = ['generate-token', '-u', 'ada', '-s', 'read', '--ttl', '15m', '--output', 'json'];
    const { stdout } = await tool('scripts/p8fs-auth.mjs', args);
    const said = JSON.parse(stdout) as { access_token: string };
    expect(said).toMatchObject({ token_type: 'Bearer', expires_in: 900, scope: 'read' });
    expect(await ask(said.access_token)).toBe(403);
  });

  it.each([
    [['generate-token']],
    [['generate-token', '-u', 'ada', '--ttl', 'forever']],
    [['generate-token', '-u', 'ada', '--role', 'root']],
    [['generate-token', '--loud']],
    [['generate-token', '-u', 'ada', '--tenant', '']],
    [['generate-token', '-u', 'a\nb']],
    [['generate-token', '-u', 'ada', '-s', 'rea"d']],
    [[]],
  ])('explains itself to whoever types %j, beside its output', async (args) => {
    const failed = await failure('scripts/p8fs-auth.mjs', args);
    expect(failed).toMatchObject({ code: 2, stdout: '' });
    expect(failed?.stderr).toContain('Usage: p8fs-auth generate-token');
  });
});

describe(KEYS, SLOW, () => {
  it.each(['ES256', 'RS256', 'EdDSA'])(
    'prints a pair for %s by which production starts',
    async (algorithm) => {
      const { stdout } = await tool(KEYS, ['--algorithm', algorithm]);
      const [privateKey, publicKey] = stdout.match(/-----BEGIN[\s\S]*?-----END [A-Z ]+-----/g) ?? [];
      const keys = { P8FS_JWT_PRIVATE_KEY_PEM: privateKey!, P8FS_JWT_PUBLIC_KEY_PEM: publicKey! };
      const args = ['generate-token', '-u', 'ada'];
      const made = await tool('scripts/p8fs-auth.mjs', args, { CITADEL_ENV: 'production', ...keys });
      const [header = ''] = made.stdout.split('.');
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: algorithm });
    },
  );

  it('writes files that others cannot read, and never over others', async () => {
    const out = join(home, 'keys');
    await tool(KEYS, ['--out', out]);
    expect((await stat(join(out, 'private.pem'))).mode & 0o777).toBe(0o600);
    const before = await readFile(join(out, 'private.pem'), 'utf8');
    const refused = {
      code: 1,
      stderr: `${join(out, 'private.pem')} is there already; nothing was written.\n`,
    };
    expect(await failure(KEYS, ['--out', out])).toMatchObject(refused);
    expect(await readFile(join(out, 'private.pem'), 'utf8')).toBe(before);
    await rm(join(out, 'private.pem'));
    expect(await failure(KEYS, ['--out', out])).toMatchObject({ code: 1 });
    await expect(stat(join(out, 'private.pem'))).rejects.toThrow('ENOENT');
  });

  it('writes lines for .env', async () => {
    const { stdout } = await tool(KEYS, ['--env']);
    expect(stdout).toMatch(
      /^P8FS_JWT_PRIVATE_KEY_PEM="-----BEGIN PRIVATE KEY-----\\n.*"\nP8FS_JWT_PUBLIC_KEY_PEM=".*"\n$/,
    );
  });
});

describe('scripts/dev/get_dev_jwt', SLOW, () => {
  it('writes a token that the gateway takes, for its owner alone', async () => {
    await tool('scripts/dev/get_dev_jwt', [], { P8FS_DEV_TOKEN_SECRET: SECRET });
    const file = join(home, '.p8fs/auth/token.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const { access_token: token } = JSON.parse(await readFile(file, 'utf8')) as { access_token: string };
    expect(await ask(token)).toBe(200);
    expect(gateway.storage.begins.at(-1)).toMatchObject({ userId: 'developer' });
  });

  it('says what it needs, and refuses production', async () => {
    const without = await failure('scripts/dev/get_dev_jwt', []);
    expect(without?.stderr).toContain('Set P8FS_DEV_TOKEN_SECRET');
    const { stdout } = await tool(KEYS, []);
    const [privateKey, publicKey] = stdout.match(/-----BEGIN[\s\S]*?-----END [A-Z ]+-----/g) ?? [];
    const production = await failure('scripts/dev/get_dev_jwt', [], {
      CITADEL_ENV: 'production',
      P8FS_JWT_PRIVATE_KEY_PEM: privateKey!,
      P8FS_JWT_PUBLIC_KEY_PEM: publicKey!,
      P8FS_DEV_TOKEN_SECRET: SECRET,
    });
    expect(production?.stderr).toContain('P8FS_DEV_TOKEN_SECRET is for development');
  });
});
