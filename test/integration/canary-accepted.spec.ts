import { createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { JWT_KEYS } from '../../src/config/testing/jwt-keys.js';
import { FakeSmtpServer } from '../../src/infrastructure/mail/testing/fake-smtp-server.js';
import { EncryptedExchange } from '../../src/modules/identity/encryption/testing/encrypted-exchange.js';
import { Signer } from '../../src/modules/identity/signatures/testing/signer.js';
import type { TokenTerms } from '../../src/modules/identity/index.js';
import { eventually } from '../support/eventually.js';
import { FakeOpenAi } from '../support/fake-openai.js';
import { authorizationOf } from '../support/sign-in.js';
import { SocketClient } from '../support/socket-client.js';
import { WsClient } from '../support/ws-client.js';
import { CanaryClient, CHAT, CHAT_PATH } from './canary-client.js';
import { Canaries, Listener, readFolder, readRedis, readTables } from './canary-support.js';
import { codeIn, Phone, verificationProof } from './devices-support.js';
import {
  CLI_CALLBACK,
  JOB_SECRET,
  OAUTH_KINDS,
  type OAuthGateway,
  PASSWORD,
  WEB_CALLBACK,
  WEB_SECRET,
} from './oauth-support.js';

const REDIS_URL = process.env.TEST_REDIS_URL;
const UPSTREAM_KEY = 'sk-canaryaccepted-5d20e7a1c9';
const EMAIL = 'ada@example.org';
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

interface Shown {
  readonly headers: Record<string, string>;
}

/** Each credential is let in, and then looked for wherever something is said or kept. */
describe.each(OAUTH_KINDS)('secrets that are let in, on $kind', ({ open }) => {
  const canaries = new Canaries();
  const listener = new Listener();
  let openai: FakeOpenAi;
  let mail: FakeSmtpServer;
  let gateway: OAuthGateway;
  let client: CanaryClient;
  let admin: Shown;
  let ada: Shown;
  let phone: Phone;

  beforeAll(async () => {
    listener.listenToProcess();
    openai = await new FakeOpenAi({ models: 'any', apiKey: UPSTREAM_KEY, prefix: '/v1' }).listen();
    mail = await new FakeSmtpServer().listen();
    gateway = await open(
      {
        LOG_LEVEL: 'trace',
        MODELS_ADMIT: 'any',
        OPENAI_API_KEY: canaries.keep('key of the model server', UPSTREAM_KEY),
        OPENAI_BASE_URL: `${openai.origin}/v1`,
        MAIL_SMTP_URL: mail.url,
        MAIL_FROM: 'citadel@example.org',
        OAUTH_REGISTRATION: 'on',
        RESPONSE_CACHE: 'on',
        AUTH_FAILURES_PER_MINUTE: '1000000',
        ...(REDIS_URL !== undefined && { REDIS_URL }),
      },
      listener,
    );
    client = new CanaryClient(gateway, canaries);
    // What applications are given makes no credentials.
    const { id: subject } = await gateway.createUser(EMAIL);
    const issue = async (name: string, terms: Partial<TokenTerms>) => {
      const { authorization } = await authorizationOf(gateway, terms);
      return { headers: client.hold(name, authorization.slice('Bearer '.length)) };
    };
    ada = await issue('token of ada', { subject });
    admin = await issue('token of an administrator', { subject: 'root', role: 'admin' });
    canaries.keep('password', PASSWORD);
    canaries.keep('secret of the web client', WEB_SECRET);
    canaries.keep('secret of the job', JOB_SECRET);
    const pem = JWT_KEYS.P8FS_JWT_PRIVATE_KEY_PEM;
    canaries.keep('key that signs tokens', createPrivateKey(pem).export({ format: 'jwk' }).d!);
    canaries.keep('PEM of it', pem.split('\n')[1]!);
  });
  afterAll(async () => {
    vi.restoreAllMocks();
    await gateway.close();
    await mail.close();
    await openai.close();
  });

  const at = (path: string) => gateway.url + path;

  it('are the password that was made for the administrator, and the one they choose', async () => {
    const password = (await readFile(join(gateway.dataDir, 'admin-password'), 'utf8')).trim();
    canaries.keep('password of the first start', password);
    const login = await client.beginLogin('cli', CLI_CALLBACK, 'read write');
    const fields = { email: 'admin@localhost', password, action: 'login' };
    const choose = await login.browser.submit(login.page, fields);
    expect(choose.text).toContain('Choose a password');
    const next = canaries.keep('password of choice', 'canary horse of their own choice');
    const chosen = { password, new_password: next, repeated: next, action: 'password' };
    const consent = await login.browser.submit(choose, chosen);
    const code = await client.allow('the administrator', login, consent);
    const tokens = await client.redeem('the administrator', code, login.verifier);
    expect((await client.ask('GET', '/api/v1/admin/users', tokens)).status).toBe(200);
  });

  it('are a password, a code, its verifier, tokens and the secret of a client as Basic', async () => {
    const login = await client.beginLogin('web', WEB_CALLBACK, 'openid email offline_access read write');
    const fields = { email: EMAIL, password: PASSWORD, action: 'login' };
    const code = await client.allow('web', login, await login.browser.submit(login.page, fields));
    const basic = client.basic('web', WEB_SECRET);
    const grant = { grant_type: 'authorization_code', redirect_uri: WEB_CALLBACK, code };
    const first = await client.tokens('web', { ...grant, code_verifier: login.verifier }, basic);
    expect(await client.chat(first.headers)).toBe(200);
    expect((await client.ask('GET', '/oauth/userinfo', first)).status).toBe(200);
    const told = await client.form('/oauth/introspect', { token: first.access }, basic);
    expect(told.body).toMatchObject({ active: true });
    const renewal = { grant_type: 'refresh_token', refresh_token: first.refresh! };
    const second = await client.tokens('web, renewed', renewal, basic);
    expect(await client.chat(second.headers)).toBe(200);
    expect((await client.form('/oauth/revoke', { token: second.refresh! }, basic)).status).toBe(200);
  });

  it('are the secret of a client in a form, and of clients that were made and that registered', async () => {
    const grant = { grant_type: 'client_credentials', scope: 'read' };
    await client.tokens('job', { ...grant, client_id: 'job', client_secret: JOB_SECRET });
    const body = { name: 'Made', grants: ['client_credentials'], scopes: ['read'] };
    const made = await client.ask('POST', '/api/v1/admin/oauth-clients', { body, ...admin });
    expect([made.status, made.body.error]).toEqual([201, undefined]);
    canaries.keep('secret of a client that was made', made.body.secret as string);
    const basic = client.basic(made.body.id as string, made.body.secret as string);
    await client.tokens('the client that was made', grant, basic);
    const stranger = { client_name: 'Stranger', redirect_uris: ['https://stranger.example.org/callback'] };
    const registered = await client.ask('POST', '/oauth/register', { body: stranger });
    expect(registered.status).toBe(201);
    canaries.keep('secret of a client that registered', registered.body.client_secret as string);
    const access = registered.body.registration_access_token as string | undefined;
    if (access !== undefined) canaries.keep('registration access token', access);
  });

  it('are a device code, and its user code in a query and in a form', async () => {
    const started = await client.form('/oauth/device/code', { client_id: 'cli', scope: 'read write' });
    const { device_code, user_code, verification_uri_complete } = started.body as Record<string, string>;
    canaries.keep('device code', device_code!);
    canaries.keep('user code', user_code!);
    canaries.keep('user code without its dash', user_code!.replaceAll('-', ''));
    expect((await gateway.browser().open(verification_uri_complete!)).status).toBe(200);
    const approved = await client.form('/oauth/device/approve', { user_code: user_code! }, ada.headers);
    expect(approved.status).toBe(200);
    const grant = { grant_type: DEVICE_GRANT, client_id: 'cli', device_code: device_code! };
    expect(await client.chat((await client.tokens('the device', grant)).headers)).toBe(200);
  });

  it('are API keys, in both headers', async () => {
    const made = await client.ask('POST', '/api/v1/auth/api-keys', { body: { name: 'canary' }, ...ada });
    const key = made.body.key as string;
    expect(await client.chat(client.hold('API key', key))).toBe(200);
    const own = { 'x-api-key': key };
    expect(await client.chat(client.hold('API key in its own header', key, own))).toBe(200);
  });

  it('are codes of mails and of a pairing, and what devices get for them', async () => {
    const signer = Signer.generate();
    const device = { email: EMAIL, public_key: signer.publicKey, name: 'A phone', type: 'mobile' };
    const registered = await client.ask('POST', '/oauth/device/register', { body: device });
    const { device_id, challenge } = registered.body as { device_id: string; challenge: string };
    const code = canaries.keep('code of a mail', codeIn(mail.mailTo(EMAIL)));
    const proof = verificationProof(signer, { device_id, challenge });
    const verified = await client.ask('POST', '/oauth/device/verify', { body: { device_id, code, proof } });
    expect(verified.status).toBe(200);
    phone = Phone.of(signer, verified.body as { device_id: string; access_token: string });
    expect(await client.chat(client.hold('token of a device', phone.token))).toBe(200);

    const pairing = await phone.ask(at('/api/v1/auth/devices/pairings'), 'POST');
    const shown = canaries.keep('code of a pairing', pairing.body.code as string);
    const other = await Phone.pair(gateway.url, shown);
    expect(await client.chat(client.hold('token of another device', other.token))).toBe(200);
    const made = await phone.ask(at('/oauth/device/api-key'), 'POST', { body: { name: 'script' } });
    expect(await client.chat(client.hold('API key of a device', made.body.api_key as string))).toBe(200);

    const email = 'ada.second@example.org';
    await phone.ask(at('/api/v1/auth/email/add'), 'POST', { body: { email } });
    const second = canaries.keep('code of a second mail', codeIn(mail.mailTo(email)));
    const added = await phone.ask(at('/api/v1/auth/email/verify'), 'POST', { body: { email, code: second } });
    expect(added.status).toBeLessThan(300);
  });

  it('are tickets in the query of events and of sockets', async () => {
    const ticket = async (name: string) => {
      const { body } = await client.ask('POST', '/api/v1/auth/tickets', ada);
      return canaries.keep(name, body.ticket as string);
    };
    const query = `agent_type=travel&task=Hello&ticket=${await ticket('ticket of events')}`;
    const events = await fetch(at(`/agent/stream?${query}`));
    expect(events.status).toBe(200);
    await events.text();
    const plain = await WsClient.open(at(`/ws/ai/stream?ticket=${await ticket('ticket of a socket')}`));
    plain.socket.close();
    await plain.closed;
    const auth = { ticket: await ticket('ticket of Socket.IO') };
    const socket = await SocketClient.open(gateway.url, { transports: ['websocket'], auth });
    expect(await socket.ask('chat', { message: 'Hello' })).toBeDefined();
    socket.close();
  });

  it('are the keys of an encrypted body', async () => {
    const { body: published } = await client.ask('GET', '/.well-known/citadel-encryption-key');
    const said = { device: phone.id, method: 'POST', target: CHAT_PATH };
    const exchange = new EncryptedExchange(published as { kid: string; x: string }, said);
    for (const direction of ['request', 'answer'] as const)
      for (const encoding of ['hex', 'base64url'] as const)
        canaries.keep(`key of the ${direction}, ${encoding}`, exchange.keyOf(direction).toString(encoding));
    const type = { 'x-encrypted': 'v1', 'content-type': 'application/octet-stream' };
    const response = await fetch(at(CHAT_PATH), {
      method: 'POST',
      body: new Uint8Array(exchange.request(JSON.stringify(CHAT))),
      headers: { ...type, authorization: `Bearer ${phone.token}` },
    });
    expect(response.status).toBe(200);
    expect(exchange.answer(200, Buffer.from(await response.arrayBuffer()))).toContain('"choices"');
  });

  it('are in no answer that refuses what was asked with them', async () => {
    for (const [name, headers] of client.holders)
      for (const [path, body] of [
        ['/v1/nothing', undefined],
        ['/v1/generations/nothing', undefined],
        [CHAT_PATH, { model: 7 }],
        [CHAT_PATH, '{"model":'],
        ['/oauth/token', { grant_type: 'nothing' }],
      ] as const) {
        const response = await fetch(at(path), {
          method: body === undefined ? 'GET' : 'POST',
          headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
          ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
        const text = JSON.stringify([...response.headers]) + (await response.text());
        expect([name, path, response.ok, canaries.foundIn(text)]).toEqual([name, path, false, []]);
      }
  });

  it('are in no answer when they come again, or in another place', async () => {
    for (const [name, secret] of canaries.all) {
      const tried = { client_id: 'cli', redirect_uri: CLI_CALLBACK, code_verifier: 'v'.repeat(43) };
      for (const [grant_type, field] of [
        ['authorization_code', 'code'],
        [DEVICE_GRANT, 'device_code'],
        ['refresh_token', 'refresh_token'],
      ] as const) {
        const answer = await client.form('/oauth/token', { ...tried, grant_type, [field]: secret });
        // One of the public client is as good as it was.
        const isGood = grant_type === 'refresh_token' && name === 'refresh token of the administrator';
        expect([name, field, answer.status === 200]).toEqual([name, field, isGood]);
        expect([name, field, canaries.foundIn(JSON.stringify(answer.body))]).toEqual([name, field, []]);
      }
      for (const param of ['ticket', 'token', 'user_code', 'client_secret']) {
        const response = await fetch(at(`/v1/nothing?${param}=${encodeURIComponent(secret)}`));
        expect([name, param, canaries.foundIn(await response.text())]).toEqual([name, param, []]);
      }
    }
  });

  it('are in no figure, report or document', async () => {
    for (const path of [
      '/metrics',
      '/health',
      '/ready',
      '/api/v1/usage',
      '/streaming/status',
      '/openapi.json',
    ]) {
      const response = await fetch(at(path), admin);
      expect([path, response.status]).toEqual([path, 200]);
      expect([path, canaries.foundIn(await response.text())]).toEqual([path, []]);
    }
  });

  it('are in no export, and in no row', async () => {
    const exported = await eventually(
      async () => (await fetch(at('/api/v1/audit/export'), admin)).text(),
      (text) => text.includes('"content":"Hello"'),
    );
    expect(canaries.foundIn(exported)).toEqual([]);
    const tables = await readTables(gateway.dataSource);
    for (const name of ['users', 'oauth_state', 'api_keys', 'devices', 'mail_codes', 'signature_nonces'])
      expect([name, (tables.get(name) ?? '').length > 0]).toEqual([name, true]);
    for (const [name, text] of tables) expect([name, canaries.foundIn(text)]).toEqual([name, []]);
  });

  it('are in no file of the installation but the one that is there to be read', async () => {
    const files = await readFolder(gateway.dataDir);
    const holding = [...files].filter(([, text]) => canaries.foundIn(text).length > 0);
    expect(holding.map(([path]) => path)).toEqual(['admin-password']);
  });

  it.runIf(REDIS_URL)('are in Redis neither as keys nor as values', async () => {
    const values = await readRedis(REDIS_URL!);
    expect(values.size).toBeGreaterThan(0);
    for (const [key, text] of values) expect([key, canaries.foundIn(text)]).toEqual([key, []]);
  });

  it('are in nothing that the process says', () => {
    // As much is said as can be.
    expect(listener.lines.some((line) => line.includes('"level":"debug"'))).toBe(true);
    expect(listener.lines.some((line) => line.includes('"msg":"request"'))).toBe(true);
    expect(listener.lines.filter((line) => canaries.foundIn(line).length > 0)).toEqual([]);
  });
});
