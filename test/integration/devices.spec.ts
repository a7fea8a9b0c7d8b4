import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Signer } from '../../src/modules/identity/signatures/testing/signer.js';
import { TokenIssuer } from '../../src/modules/identity/tokens/token-issuer.js';
import { UserSessions } from '../../src/modules/identity/users/user-sessions.js';
import { Users } from '../../src/modules/identity/users/index.js';
import {
  type Answer,
  ask,
  codeIn,
  DEVICE_GATEWAY_KINDS,
  type DeviceGateway,
  pairingProof,
  Phone,
} from './devices-support.js';
import {
  ADD_EMAIL,
  bearer,
  codeOf,
  deviceCalls,
  DEVICES,
  EMAILS,
  PAIRINGS,
  PRIMARY_EMAIL,
  ROTATE,
  VERIFY_EMAIL,
} from './device-calls.js';

describe.each(DEVICE_GATEWAY_KINDS)('devices on $kind', ({ open }) => {
  let gateway: DeviceGateway;
  const { at, somebody, post, devicesOf } = deviceCalls(() => gateway);

  beforeAll(async () => {
    gateway = await open();
  });
  afterAll(() => gateway.close());

  describe('joined by a picture', () => {
    const pairing = async (phone: Phone): Promise<Answer> => {
      const answer = await phone.ask(at(PAIRINGS), 'POST');
      expect(answer.status).toBe(201);
      return answer;
    };
    const pair = (code: string, signer: Signer, proof = pairingProof(signer, code)) =>
      post('/oauth/device/pair', { code, proof, public_key: signer.publicKey, name: 'New', type: 'desktop' });

    it('belong to who showed it', async () => {
      const phone = await Phone.register(gateway, somebody());
      const { body } = await pairing(phone);
      expect(body).toEqual({
        pairing_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        code: expect.stringMatching(/^[\w-]{32}$/),
        uri: `citadel-pair:?gateway=${encodeURIComponent('http://localhost:8002')}&code=${body.code}`,
        qr: expect.stringMatching(/^<svg /),
        expires_in: 180,
      });
      const joined = await Phone.pair(at(''), body.code);
      expect((await devicesOf(phone)).sort()).toEqual([phone.id, joined.id].sort());
      expect((await joined.ask(at(DEVICES), 'GET')).body.data).toHaveLength(2);
    });

    it('join once, however many come at once', async () => {
      const phone = await Phone.register(gateway, somebody());
      const { code } = (await pairing(phone)).body;
      const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => pair(code, Signer.generate())));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400]);
      expect(await devicesOf(phone)).toHaveLength(2);
    });

    it('come too late after three minutes', async () => {
      const phone = await Phone.register(gateway, somebody());
      const { code, pairing_id } = (await pairing(phone)).body;
      await gateway.dataSource.query(
        `UPDATE device_pairings SET expires_at = expires_at - interval '3 minutes' WHERE id = $1`,
        [pairing_id],
      );
      expect(codeOf(await pair(code, Signer.generate()))).toEqual([400, 'verification_failed']);
    });

    it('stay outside when the device that showed it is revoked', async () => {
      const email = somebody();
      const phone = await Phone.register(gateway, email);
      const lost = await Phone.register(gateway, email);
      const [kept, dead] = [(await pairing(phone)).body.code, (await pairing(lost)).body.code];
      expect((await phone.ask(`${at(DEVICES)}/${lost.id}`, 'DELETE')).status).toBe(204);
      expect(codeOf(await pair(dead, Signer.generate()))).toEqual([400, 'verification_failed']);
      expect((await pair(kept, Signer.generate())).status).toBe(200);
    });

    it('stay outside when who showed it is logged out', async () => {
      const email = somebody();
      const phone = await Phone.register(gateway, email);
      const { code } = (await pairing(phone)).body;
      const { app } = gateway.replicas[0]!;
      const user = await app.get(Users).findByEmail('default', email);
      await app.get(UserSessions).end(user!, 'logins');
      expect(codeOf(await pair(code, Signer.generate()))).toEqual([400, 'verification_failed']);
    });

    it('have to have the key that they show, and the code', async () => {
      const phone = await Phone.register(gateway, somebody());
      const { code } = (await pairing(phone)).body;
      const signer = Signer.generate();
      const foreign = pairingProof(Signer.generate(), code);
      expect(codeOf(await pair(code, signer, foreign))).toEqual([400, 'verification_failed']);
      expect(codeOf(await pair('a'.repeat(32), signer))).toEqual([400, 'verification_failed']);
      expect((await pair(code, signer)).status).toBe(200);
    });
  });

  describe('whose user has several addresses', () => {
    it('come in by each of them', async () => {
      const phone = await Phone.register(gateway, somebody());
      const email = somebody();
      const added = await phone.ask(at(ADD_EMAIL), 'POST', { body: { email } });
      expect([added.status, added.body]).toEqual([202, { email, verification: 'email', expires_in: 600 }]);
      const code = codeIn(gateway.mail.mailTo(email));
      const verified = await phone.ask(at(VERIFY_EMAIL), 'POST', { body: { email, code } });
      expect([verified.status, verified.body]).toEqual([200, { email, verified: true }]);
      const second = await Phone.register(gateway, email);
      expect(await devicesOf(second)).toContain(phone.id);
      expect(codeOf(await phone.ask(at(VERIFY_EMAIL), 'POST', { body: { email, code } }))).toEqual([
        400,
        'verification_failed',
      ]);
    });

    it('see, choose and give up addresses, but not the primary one nor those of others', async () => {
      const [first, second] = [somebody(), somebody()];
      const phone = await Phone.register(gateway, first);
      const foreign = await Phone.register(gateway, somebody());
      await phone.ask(at(ADD_EMAIL), 'POST', { body: { email: second } });
      const code = codeIn(gateway.mail.mailTo(second));
      await phone.ask(at(VERIFY_EMAIL), 'POST', { body: { email: second, code } });
      const list = async () => (await phone.ask(at(EMAILS), 'GET')).body;
      const entry = (email: string, primary: boolean) => ({ email, primary, verified: true });
      expect(await list()).toEqual({ object: 'list', data: [entry(first, true), entry(second, false)] });
      const choose = (by: Phone) => by.ask(at(PRIMARY_EMAIL), 'POST', { body: { email: second } });
      expect(codeOf(await choose(foreign))).toEqual([404, 'not_found']);
      expect((await choose(phone)).status).toBe(204);
      const remove = (by: Phone, email: string) =>
        by.ask(`${at(EMAILS)}/${encodeURIComponent(email)}`, 'DELETE');
      expect(codeOf(await remove(phone, second))).toEqual([404, 'not_found']);
      expect(codeOf(await remove(foreign, first))).toEqual([404, 'not_found']);
      expect((await remove(phone, first)).status).toBe(204);
      expect(await list()).toEqual({ object: 'list', data: [entry(second, true)] });
    });

    it('cannot take what they do not read, nor what somebody else has', async () => {
      const email = somebody();
      const owner = await Phone.register(gateway, email);
      const phone = await Phone.register(gateway, somebody());
      const free = await phone.ask(at(ADD_EMAIL), 'POST', { body: { email: somebody() } });
      const taken = await phone.ask(at(ADD_EMAIL), 'POST', { body: { email } });
      expect([taken.status, Object.keys(taken.body)]).toEqual([free.status, Object.keys(free.body)]);
      const verify = (code: string) => phone.ask(at(VERIFY_EMAIL), 'POST', { body: { email, code } });
      expect(codeOf(await verify('00000000x'))).toEqual([400, 'verification_failed']);
      const code = codeIn(gateway.mail.mailTo(email));
      const byOther = await owner.ask(at(VERIFY_EMAIL), 'POST', { body: { email, code } });
      expect(codeOf(byOther)).toEqual([400, 'verification_failed']);
      expect(codeOf(await verify(code))).toEqual([409, 'email_taken']);
      expect(await devicesOf(await Phone.register(gateway, email))).toContain(owner.id);
    });
  });

  it('have to sign what a stolen token must not do', async () => {
    const phone = await Phone.register(gateway, somebody());
    const routes = [
      ['POST', '/oauth/device/api-key'],
      ['POST', '/oauth/device/approve'],
      ['POST', '/api/v1/auth/password'],
      ['DELETE', `${DEVICES}/${phone.id}`],
      ['POST', PAIRINGS],
      ['POST', ROTATE],
      ['POST', ADD_EMAIL],
      ['POST', VERIFY_EMAIL],
    ] as const;
    for (const [method, path] of routes) {
      const answer = await ask(at(path), method, { headers: bearer(phone.token) });
      expect([path, ...codeOf(answer)]).toEqual([path, 401, 'signature_required']);
    }
    const signed = await phone.ask(at(PAIRINGS), 'POST', { headers: bearer(phone.token) });
    expect(signed.status).toBe(201);
  });

  it('come from whoever is logged in, and not from their keys and applications', async () => {
    const phone = await Phone.register(gateway, somebody());
    const made = await phone.ask(at('/oauth/device/api-key'), 'POST', { body: { name: 'A script' } });
    const { sub } = JSON.parse(Buffer.from(phone.token.split('.')[1]!, 'base64url').toString());
    const { token } = await gateway.app.get(TokenIssuer).issue({
      subject: sub,
      tenant: 'default',
      role: 'user',
      scopes: ['read', 'write'],
      grant: 'a-consent',
      lifetimeS: 60,
    });
    const routes = ['/api/v1/auth/api-keys', '/oauth/device/api-key', '/oauth/device/approve'];
    for (const path of [...routes, PAIRINGS, ROTATE, ADD_EMAIL, VERIFY_EMAIL])
      for (const headers of [{ 'x-api-key': made.body.api_key }, bearer(token)])
        expect([path, ...codeOf(await ask(at(path), 'POST', { headers }))]).toEqual([path, 403, 'forbidden']);
    expect((await ask(at(DEVICES), 'GET', { headers: bearer(token) })).status).toBe(200);
  });

  it('make API keys that end soon, and can do no more than they are told', async () => {
    const phone = await Phone.register(gateway, somebody());
    const path = '/oauth/device/api-key';
    const body = { name: 'A script', expires_in: 120, scopes: ['read'] };
    const made = await phone.ask(at(path), 'POST', { body });
    expect([made.status, made.body]).toEqual([
      201,
      {
        id: expect.any(String),
        api_key: expect.stringMatching(/^pk_live_[A-Za-z0-9]{38,}$/),
        prefix: expect.stringMatching(/^pk_live_/),
        scope: 'read',
        expires_in: 120,
        expires_at: expect.any(String),
      },
    ]);
    expect(Date.parse(made.body.expires_at) - Date.now()).toBeLessThanOrEqual(120_000);
    const headers = { 'x-api-key': made.body.api_key };
    expect((await ask(at(DEVICES), 'GET', { headers })).body.data[0].current).toBe(true);
    expect(codeOf(await ask(at(PAIRINGS), 'POST', { headers }))).toEqual([403, 'insufficient_scope']);
    for (const wrong of [{ expires_in: 59 }, { expires_in: 86_401 }, { scopes: ['admin'] }, { scopes: [] }])
      expect((await phone.ask(at(path), 'POST', { body: wrong })).status).toBe(400);
    const nulls = { name: null, expires_in: null, scopes: null };
    expect((await phone.ask(at(path), 'POST', { body: nulls })).body.expires_in).toBe(3600);
  });

  it('are managed without a signature by whom no device speaks for', async () => {
    const phone = await Phone.register(gateway, somebody());
    const { sub, email } = JSON.parse(Buffer.from(phone.token.split('.')[1]!, 'base64url').toString());
    const { token } = await gateway.app.get(TokenIssuer).issue({
      subject: sub,
      tenant: 'default',
      role: 'user',
      scopes: ['read', 'write'],
      email,
      lifetimeS: 60,
    });
    expect((await ask(at(PAIRINGS), 'POST', { headers: bearer(token) })).status).toBe(201);
    expect((await ask(`${at(DEVICES)}/${phone.id}`, 'DELETE', { headers: bearer(token) })).status).toBe(204);
  });

  it.each([
    [{ scopes: ['write'] }, 'insufficient_scope'],
    [{ role: 'user' as const }, 'forbidden'],
  ])('are not let in by a token of less than their user may, such as %j', async (less, code) => {
    const users = gateway.app.get(Users);
    const { id } = await users.create({ tenant: 'default', email: somebody(), role: 'admin' });
    const issue = async (terms: object) => {
      const whole = { subject: id, tenant: 'default', role: 'admin' as const, scopes: ['read', 'write'] };
      return bearer((await gateway.app.get(TokenIssuer).issue({ ...whole, lifetimeS: 60, ...terms })).token);
    };
    const headers = await issue(less);
    const body = { email: somebody() };
    expect(codeOf(await ask(at(PAIRINGS), 'POST', { headers }))).toEqual([403, code]);
    expect(codeOf(await ask(at(ADD_EMAIL), 'POST', { headers, body }))).toEqual([403, code]);
    expect((await ask(at(PAIRINGS), 'POST', { headers: await issue({}) })).status).toBe(201);
  });

  it('are of nobody whom another issuer knows', async () => {
    const { token } = await gateway.app.get(TokenIssuer).issue({
      subject: 'ada',
      tenant: 'default',
      role: 'user',
      scopes: ['read', 'write'],
      lifetimeS: 60,
    });
    const headers = bearer(token);
    expect((await ask(at(DEVICES), 'GET', { headers })).body).toEqual({ object: 'list', data: [] });
    expect(codeOf(await ask(at(PAIRINGS), 'POST', { headers }))).toEqual([403, 'forbidden']);
    expect(codeOf(await ask(at(ADD_EMAIL), 'POST', { headers, body: { email: somebody() } }))).toEqual([
      403,
      'forbidden',
    ]);
  });
});
