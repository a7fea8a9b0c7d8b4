import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import type { ProcessEnv } from '../../src/config/index.js';
import { type User, Users } from '../../src/modules/identity/users/index.js';
import { createGateway, type TestGateway, type TestGatewayOptions } from '../support/create-app.js';
import { FormBrowser, type SeenPage } from '../support/form-browser.js';
import { freePort } from '../support/free-port.js';
import { copyEmbedded, createOnServer, kindsAtHand } from './database-support.js';

export const PASSWORD = 'a horse and nothing else';
export const WEB_SECRET = 'web-secret-for-tests-only-0123456789';
export const JOB_SECRET = 'job-secret-for-tests-only-0123456789';
export const WEB_CALLBACK = 'https://web.example.org/callback';
export const CLI_CALLBACK = 'http://127.0.0.1/callback';

const CLIENTS = `
oauth:
  clients:
    - { id: web, name: Web, redirect_uris: ['${WEB_CALLBACK}'], secret_env: WEB_SECRET }
    - { id: cli, name: Command line, redirect_uris: ['${CLI_CALLBACK}'], grants: [authorization_code, refresh_token, device_code] }
    - { id: other, name: Other, redirect_uris: ['${CLI_CALLBACK}'] }
    - { id: job, name: Nightly job, grants: [client_credentials], scopes: [read], secret_env: JOB_SECRET }
    - { id: foreign, name: Foreign, tenant: elsewhere, redirect_uris: ['${WEB_CALLBACK}'], secret_env: WEB_SECRET, grants: [authorization_code, device_code] }
`;

/** A gateway with an authorization server, its database, and people to log in. */
export interface OAuthGateway extends TestGateway {
  readonly dataDir: string;
  readonly dataSource: DataSource;
  readonly users: Users;
  browser(): FormBrowser;
  createUser(email?: string, more?: { tenant?: string; role?: User['role'] }): Promise<User>;
}

type Log = TestGatewayOptions['log'];

export type OpenOAuth = (env?: ProcessEnv, log?: Log) => Promise<OAuthGateway>;

export const OAUTH_KINDS = kindsAtHand<{ kind: string; open: OpenOAuth }>(
  { kind: 'the embedded database', open: openEmbedded },
  { kind: 'a PostgreSQL server', open: openOnServer },
);

async function openEmbedded(env: ProcessEnv = {}, log?: Log): Promise<OAuthGateway> {
  const dataDir = await mkdtemp(join(tmpdir(), 'citadel-oauth-'));
  await copyEmbedded(join(dataDir, 'postgres'));
  return openOAuth({ CITADEL_DATA_DIR: dataDir, ...env }, undefined, log);
}

async function openOnServer(env: ProcessEnv = {}, log?: Log): Promise<OAuthGateway> {
  const database = await createOnServer();
  const gateway = await openOAuth({ DATABASE_URL: database.config.url, ...env }, undefined, log);
  return {
    ...gateway,
    close: async () => {
      await gateway.close();
      await database.remove();
    },
  };
}

export async function openOAuth(env: ProcessEnv, port?: number, log?: Log): Promise<OAuthGateway> {
  const ownPort = port ?? (await freePort());
  const dataDir = env.CITADEL_DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'citadel-oauth-')));
  const gateway = await createGateway(
    {
      PUBLIC_URL: `http://127.0.0.1:${ownPort}`,
      CITADEL_DATA_DIR: dataDir,
      WEB_SECRET,
      JOB_SECRET,
      ...env,
    },
    'database',
    { yaml: CLIENTS, port: ownPort, log },
  );
  const users = gateway.app.get(Users);
  return {
    ...gateway,
    dataDir,
    users,
    dataSource: gateway.app.get(DataSource),
    browser: () => new FormBrowser(gateway.url),
    createUser: (email = 'ada@example.org', more = {}) =>
      users.create({
        tenant: 'default',
        name: 'Ada',
        email,
        password: PASSWORD,
        emailVerified: true,
        ...more,
      }),
    close: async () => {
      await gateway.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Logs in and allows whatever is asked. Gives where that leads. */
export async function logInAndAllow(
  browser: FormBrowser,
  page: SeenPage,
  email = 'ada@example.org',
): Promise<SeenPage> {
  let seen = page;
  if (seen.text.includes('name="password"'))
    seen = await browser.submit(seen, { email, password: PASSWORD, action: 'login' });
  if (seen.text.includes('value="consent"')) seen = await browser.submit(seen, { action: 'consent' });
  return seen;
}
