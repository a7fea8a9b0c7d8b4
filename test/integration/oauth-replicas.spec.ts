import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Login } from '../../src/modules/identity/users/index.js';
import { freePort } from '../support/free-port.js';
import { createOnServer, SERVER_URL, type TestDatabase } from './database-support.js';
import { CLI_CALLBACK, logInAndAllow, type OAuthGateway, openOAuth } from './oauth-support.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

// The embedded database has one process only, so replicas need a server.
describe.runIf(SERVER_URL)('two replicas on one database', () => {
  let database: TestDatabase;
  let one: OAuthGateway;
  let other: OAuthGateway;
  const folders: string[] = [];

  beforeAll(async () => {
    database = await createOnServer();
    const port = await freePort();
    const open = async (ownPort: number) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'citadel-oauth-'));
      folders.push(dataDir);
      return openOAuth(
        {
          DATABASE_URL: (database.config as { url: string }).url,
          PUBLIC_URL: `http://127.0.0.1:${port}`,
          CITADEL_DATA_DIR: dataDir,
        },
        ownPort,
      );
    };
    // Both find an empty database.
    [one, other] = await Promise.all([open(port), freePort().then(open)]);
    await one.createUser();
  });
  afterAll(async () => {
    await Promise.all([one.close(), other.close()]);
    await database.remove();
  });

  const post = (gateway: OAuthGateway, path: string, body: Record<string, string>) =>
    fetch(gateway.url + path, { method: 'POST', body: new URLSearchParams(body) });
  const atBoth = (path: string, body: Record<string, string>) =>
    Promise.all([0, 1, 2, 3, 4, 5].map((index) => post(index % 2 === 0 ? one : other, path, body)));
  const successes = (answers: readonly Response[]) => answers.filter(({ ok }) => ok).length;
  const codeOf = async () => {
    const verifier = randomBytes(32).toString('base64url');
    const query = new URLSearchParams({
      client_id: 'cli',
      response_type: 'code',
      redirect_uri: CLI_CALLBACK,
      scope: 'read write',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const browser = one.browser();
    const back = await logInAndAllow(browser, await browser.open(`/oauth/authorize?${query.toString()}`));
    return {
      grant_type: 'authorization_code',
      client_id: 'cli',
      redirect_uri: CLI_CALLBACK,
      code: new URL(back.url).searchParams.get('code')!,
      code_verifier: verifier,
    };
  };

  it('make one administrator, whose password only its owner can read', async () => {
    const admins: unknown[] = await one.dataSource.query("SELECT FROM users WHERE role = 'admin'");
    expect(admins).toHaveLength(1);
    const holders = [];
    for (const folder of folders)
      if ((await readdir(folder)).includes('admin-password')) holders.push(folder);
    expect(holders).toHaveLength(1);
    const file = join(holders[0]!, 'admin-password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const password = (await readFile(file, 'utf8')).trim();
    const admin = await other.users.checkPassword('default', 'ADMIN@localhost', password);
    expect(admin).toMatchObject({ role: 'admin', mustChangePassword: true });
  });

  it('name a file with the password of the demo only where it is', async () => {
    const seen: string[] = [];
    const open = async () => {
      const lines: string[] = [];
      const env = {
        DATABASE_URL: (database.config as { url: string }).url,
        CITADEL_ENV: 'development',
        LOG_LEVEL: 'warn',
      };
      const gateway = await openOAuth(env, undefined, { write: (line) => void lines.push(line) });
      await gateway.close();
      seen.push(/\(password in ([^)]*)\)/.exec(lines.join(''))?.[1]?.replace(gateway.dataDir, 'here') ?? '');
    };
    await open();
    await open();
    expect(seen).toEqual(['here/demo-password', 'demo-password in the data directory of who made them']);
  });

  it('take a code of the other, and once', async () => {
    const asked = await codeOf();
    expect((await post(other, '/oauth/token', asked)).status).toBe(200);
    expect((await post(one, '/oauth/token', asked)).status).toBe(400);
    for (let round = 0; round < 3; round += 1)
      expect(successes(await atBoth('/oauth/token', await codeOf()))).toBeLessThanOrEqual(1);
  });

  it('take a refresh token once', async () => {
    for (let round = 0; round < 3; round += 1) {
      const answer = await post(one, '/oauth/token', await codeOf());
      const { refresh_token: token } = (await answer.json()) as { refresh_token: string };
      const answers = await atBoth('/oauth/token', {
        grant_type: 'refresh_token',
        client_id: 'cli',
        refresh_token: token,
      });
      expect(successes(answers)).toBeLessThanOrEqual(1);
      // It came more than once, so nothing of the family is left.
      const winner = answers.find(({ ok }) => ok);
      if (winner === undefined) continue;
      const { refresh_token: next } = (await winner.json()) as { refresh_token: string };
      const late = { grant_type: 'refresh_token', client_id: 'cli', refresh_token: next };
      expect((await post(other, '/oauth/token', late)).status).toBe(400);
    }
  });

  it('give a device its tokens once, and count its haste together', async () => {
    const answer = await post(one, '/oauth/device/code', { client_id: 'cli', scope: 'read' });
    const { device_code: code, user_code: userCode } = (await answer.json()) as Record<string, string>;
    const poll = { grant_type: GRANT, client_id: 'cli', device_code: code! };
    const errors = [];
    for (const gateway of [one, other])
      errors.push(((await (await post(gateway, '/oauth/token', poll)).json()) as { error: string }).error);
    expect(errors).toEqual(['authorization_pending', 'slow_down']);
    const browser = other.browser();
    const page = await browser.open('/oauth/device');
    const confirm = await browser.submit(page, { user_code: userCode! });
    await logInAndAllow(browser, await browser.submit(confirm, { confirm: 'yes' }));
    expect(successes(await atBoth('/oauth/token', poll))).toBeLessThanOrEqual(1);
  });

  it('count wrong passwords together', async () => {
    await one.createUser('bob@example.org');
    const statuses = [];
    for (let round = 0; round < 12; round += 1) {
      const login = (round % 2 === 0 ? one : other).app.get(Login);
      const attempt = {
        tenant: 'default',
        email: 'bob@example.org',
        password: 'wrong',
        address: '192.0.2.1',
      };
      statuses.push(
        await login.attempt(attempt).then(
          () => 'wrong',
          (error: { code: string }) => error.code,
        ),
      );
    }
    expect(statuses.filter((status) => status === 'wrong')).toHaveLength(10);
    expect(statuses.slice(10)).toEqual(['rate_limit_exceeded', 'rate_limit_exceeded']);
  });
});
