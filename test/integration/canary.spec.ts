import { createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.setup.js';
import { loadConfig, type ProcessEnv } from '../../src/config/index.js';
import { JWT_KEYS } from '../../src/config/testing/jwt-keys.js';
import { PinoLogger } from '../../src/infrastructure/logging/index.js';
import { eventually } from '../support/eventually.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { authorizationOf } from '../support/sign-in.js';
import { SocketClient } from '../support/socket-client.js';
import { Canaries, Listener, readFolder, readRedis, readTables } from './canary-support.js';

const REDIS_URL = process.env.TEST_REDIS_URL;

/** Each is sent or configured, and may come out nowhere. */
const SECRETS = {
  upstreamKey: 'sk-canaryupstream-8d1f20b7c4',
  sharedSecret: 'canary/shared+secret/0f9e8d7c6b5a4f3e2d1c',
  databasePassword: 'canary-database-5c3a9e',
  apiKey: `pk_live_${'Canary7Zq'.repeat(4)}abcdef`,
  password: 'canary-password-71be',
  deviceCode: 'canary-device-code-a90c',
  userCode: 'CANR-YUSR',
  cookie: 'canary-cookie-b3f1',
  signature: 'canary-signature-44aa',
  ticket: 'canary-ticket-9e0d',
  queryToken: 'canary-query-token-12ab',
  clientSecret: 'canary-client-secret-6d6d',
} as const;

const canaries = new Canaries();
const listener = new Listener();
const { lines } = listener;
let openai: FakeOpenAi;
let app: NestFastifyApplication;
let url: string;
let dataDir: string;
let admin: string;
let foreignToken: string;

/** HS256 by somebody who has the shared secret, and by somebody who has not. */
function signed(claims: object, secret: string): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

async function open(env: ProcessEnv): Promise<[NestFastifyApplication, string]> {
  const config = loadConfig({
    CITADEL_ENV: 'test',
    HOST: '127.0.0.1',
    PORT: '0',
    MODELS_ADMIT: 'any',
    LOAD_SHED: 'off',
    RESPONSE_CACHE: 'on',
    LOG_LEVEL: 'trace',
    DRAIN_TIMEOUT_S: '1',
    ...JWT_KEYS,
    OPENAI_API_KEY: SECRETS.upstreamKey,
    AUTH_JWT_SECRET: SECRETS.sharedSecret,
    ...env,
  });
  for (const choice of config.choices) lines.push(choice);
  const logger = new PinoLogger('trace', listener);
  const opened = await createApp(config, undefined, logger);
  await opened.listen(0, '127.0.0.1');
  return [opened, `http://127.0.0.1:${(opened.getHttpServer().address() as { port: number }).port}`];
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'citadel-canary-'));
  openai = await new FakeOpenAi({ models: 'any', apiKey: SECRETS.upstreamKey, prefix: '/v1' }).listen();
  [app, url] = await open({
    CITADEL_DATA_DIR: dataDir,
    OPENAI_BASE_URL: `${openai.origin}/v1`,
    ...(REDIS_URL !== undefined && { REDIS_URL }),
  });
  admin = (await authorizationOf({ app }, { role: 'admin' })).authorization;
  const now = Math.floor(Date.now() / 1000);
  foreignToken = signed(
    { id: 'ada', email: 'ada@example.org', role: 'user', exp: now + 600 },
    SECRETS.sharedSecret,
  );
  for (const [name, secret] of Object.entries(SECRETS)) canaries.keep(name, secret);
  canaries.keep('the foreign token', foreignToken);
  canaries.keep('the token of the administrator', admin.slice('Bearer '.length));
}, 60_000);
afterAll(async () => {
  await app.close();
  await openai.close();
  await rm(dataDir, { recursive: true, force: true });
});

const found = (text: string): string[] => canaries.foundIn(text);

const CHAT = { model: 'fake-model', messages: [{ role: 'user', content: 'Hello' }] };

/** What a careless client sends: secrets in every place there is for one, good and bad. */
const CARELESS: readonly (readonly [
  path: string,
  body: object | string | undefined,
  headers: () => Record<string, string>,
])[] = [
  ['/v1/chat/completions', CHAT, () => ({ authorization: `Bearer ${foreignToken}` })],
  [
    '/api/v1/chat/completions',
    { ...CHAT, stream: true },
    () => ({ authorization: `Bearer ${foreignToken}` }),
  ],
  ['/v1/chat/completions', CHAT, () => ({ authorization: admin, cookie: `session=${SECRETS.cookie}` })],
  ['/v1/chat/completions', CHAT, () => ({ authorization: `Bearer ${SECRETS.apiKey}` })],
  ['/v1/chat/completions', CHAT, () => ({ 'x-api-key': SECRETS.apiKey })],
  [
    '/v1/chat/completions',
    CHAT,
    () => ({ authorization: `Bearer ${signed({ id: 'eve' }, 'another')}${SECRETS.password}` }),
  ],
  ['/v1/chat/completions', CHAT, () => ({ authorization: `Basic ${btoa(`ada:${SECRETS.password}`)}` })],
  ['/v1/chat/completions', CHAT, () => ({ authorization: `Bearer ' OR 1=1 -- ${SECRETS.password}` })],
  ['/v1/chat/completions', CHAT, () => ({ 'x-signature': SECRETS.signature, signature: SECRETS.signature })],
  [`/v1/chat/completions?access_token=${SECRETS.queryToken}&ticket=${SECRETS.ticket}`, CHAT, () => ({})],
  [
    `/v1/nothing?token=${SECRETS.queryToken}`,
    undefined,
    () => ({ authorization: `Bearer ${SECRETS.apiKey}` }),
  ],
  [
    `/oauth/token`,
    { grant_type: 'device_code', device_code: SECRETS.deviceCode, client_secret: SECRETS.clientSecret },
    () => ({}),
  ],
  ['/oauth/device/verify', { user_code: SECRETS.userCode, password: SECRETS.password }, () => ({})],
  ['/api/v1/auth/login', { email: 'ada@example.org', password: SECRETS.password }, () => ({})],
  ['/api/v1/audit/verify', { password: SECRETS.password, from: 'x' }, () => ({ authorization: admin })],
  ['/v1/chat/completions', `{"password":"${SECRETS.password}",`, () => ({})],
  [
    '/v1/chat/completions',
    { model: 'fake-model', messages: 7, password: SECRETS.password },
    () => ({ 'x-api-key': SECRETS.apiKey }),
  ],
  ['/v1/models', undefined, () => ({ authorization: `Bearer ${SECRETS.apiKey}` })],
];

describe('secrets', () => {
  it('are in no answer', async () => {
    const statuses = new Set<number>();
    for (const [path, body, headers] of CARELESS) {
      const response = await fetch(url + path, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers() },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const said = JSON.stringify([...response.headers]) + (await response.text());
      expect([path, found(said)]).toEqual([path, []]);
      statuses.add(response.status);
    }
    // Both kinds were there: some went through, some were refused.
    expect([200, 400, 401].filter((status) => !statuses.has(status))).toEqual([]);
  });

  it('are in no answer when the model server refuses ours and repeats it', async () => {
    openai.script((exchange) =>
      exchange.respond(
        401,
        { 'Content-Type': 'application/json' },
        JSON.stringify({ error: { message: `Incorrect API key provided: ${SECRETS.upstreamKey}.` } }),
      ),
    );
    openai.answer({ pieces: ['ok'] });
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...CHAT, messages: [{ role: 'user', content: 'Once more' }] }),
    });
    expect(response.status).toBeGreaterThanOrEqual(500);
    expect(found(await response.text())).toEqual([]);
  });

  it('are in no packet of a socket', async () => {
    for (const auth of [{ token: SECRETS.apiKey }, { token: foreignToken }, { ticket: SECRETS.ticket }]) {
      const said = await SocketClient.open(url, { transports: ['websocket'], auth }).then(
        async (client) => {
          const answer = await client.ask('chat', { message: 'Hello', token: SECRETS.password });
          client.close();
          return JSON.stringify(answer);
        },
        (error: Error & { data?: unknown }) => error.message + JSON.stringify(error.data ?? null),
      );
      expect(found(said)).toEqual([]);
    }
  });

  it('are in no figure, report or document', async () => {
    for (const path of [
      '/metrics',
      '/health',
      '/ready',
      '/streaming/status',
      '/streaming/connections',
      '/openapi.json',
      '/',
    ])
      for (const headers of [undefined, { authorization: admin }])
        expect([path, found(await (await fetch(url + path, { headers })).text())]).toEqual([path, []]);
  });

  it('are not on record, in no row and no export', async () => {
    const headers = { authorization: admin };
    const exported = await eventually(
      async () => (await fetch(`${url}/api/v1/audit/export`, { headers })).text(),
      (text) => text.includes('"content":"Hello"'),
    );
    expect(found(exported)).toEqual([]);
    const tables = await readTables(app.get(DataSource));
    expect(tables.size).toBeGreaterThanOrEqual(5);
    for (const [name, text] of tables) expect([name, found(text)]).toEqual([name, []]);
  });

  it('are in no file of the installation', async () => {
    const files = await readFolder(join(dataDir, 'audit'));
    expect(files.size).toBeGreaterThan(0);
    for (const [name, text] of files) expect([name, found(text)]).toEqual([name, []]);
  });

  it.runIf(REDIS_URL)('are in Redis neither as keys nor as values', async () => {
    const values = await readRedis(REDIS_URL!);
    expect(values.size).toBeGreaterThan(0);
    for (const [key, text] of values) expect([key, found(text)]).toEqual([key, []]);
  });

  it('are not told when the database cannot be reached', async () => {
    const other = await mkdtemp(join(tmpdir(), 'citadel-canary-'));
    const [closed, at] = await open({
      CITADEL_DATA_DIR: other,
      OPENAI_BASE_URL: `${openai.origin}/v1`,
      DATABASE_URL: `postgresql://canary:${SECRETS.databasePassword}@127.0.0.1:1/canary`,
      AUDIT_MODE: 'best_effort',
      AUTH_JWT_SECRET: SECRETS.sharedSecret,
    });
    try {
      const headers = await authorizationOf({ app: closed }, { role: 'admin' });
      for (const path of ['/health', '/ready', '/metrics', '/api/v1/audit/conversations']) {
        const response = await fetch(at + path, { headers });
        expect([path, found(await response.text())]).toEqual([path, []]);
      }
      const stranger = await fetch(`${at}/health`, { headers: { 'x-forwarded-for': '203.0.113.9' } });
      expect(await stranger.json()).toMatchObject({
        services: { sql_database: { status: 'unhealthy', error: 'unavailable' } },
      });
      const neighbour = await fetch(`${at}/health`);
      const { services } = (await neighbour.json()) as { services: { sql_database: { error: string } } };
      expect(services.sql_database.error).not.toBe('unavailable');
    } finally {
      await closed.close();
      await rm(other, { recursive: true, force: true });
    }
  }, 60_000);

  it('are in no line of the log, however much is logged', () => {
    expect(lines.length).toBeGreaterThan(CARELESS.length);
    expect(lines.filter((line) => found(line).length > 0)).toEqual([]);
  });
});
