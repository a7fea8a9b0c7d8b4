import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Signer } from '../../src/modules/identity/signatures/testing/signer.js';
import { hasRedisServer } from '../../src/infrastructure/redis/testing/redis-process.js';
import { TokenIssuer } from '../../src/modules/identity/tokens/token-issuer.js';
import { UserSessions } from '../../src/modules/identity/users/user-sessions.js';
import { Users } from '../../src/modules/identity/users/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import { eventually } from '../support/eventually.js';
import {
  type Answer,
  ask,
  codeIn,
  DEVICE_GATEWAY_KINDS,
  type DeviceGateway,
  fromElsewhere,
  openDeviceGateway,
  pairingProof,
  Phone,
  rotation,
  verificationProof,
} from './devices-support.js';

const DEVICES = '/api/v1/auth/devices';
const PAIRINGS = `${DEVICES}/pairings`;
const ROTATE = '/api/v1/auth/keypair/rotate';
const EMAILS = '/api/v1/auth/emails';
const PRIMARY_EMAIL = '/api/v1/auth/email/primary';
const ADD_EMAIL = '/api/v1/auth/email/add';
const VERIFY_EMAIL = '/api/v1/auth/email/verify';

const codeOf = ({ status, body }: Answer) => [status, body?.error];

describe.each(DEVICE_GATEWAY_KINDS)('devices on $kind', ({ open }) => {
  let gateway: DeviceGateway;
  let people = 0;
  let turn = 0;

  beforeAll(async () => {
    gateway = await open();
  });
  afterAll(() => gateway.close());

  /** The next replica, as a round robin would choose it. */
  const at = (path: string) => gateway.replicas[turn++ % gateway.replicas.length]!.url + path;
  const somebody = () => `somebody-${++people}@example.org`;
  const post = (path: string, body: object, headers = fromElsewhere()) =>
    ask(at(path), 'POST', { body, headers });
  const register = (email: string, signer: Signer, headers?: Record<string, string>) =>
    post(
      '/oauth/device/register',
      { email, public_key: signer.publicKey, name: 'A phone', type: 'mobile', platform: 'ios' },
      headers,
    );
  const verify = (registered: Answer, signer: Signer, code: string) =>
    post('/oauth/device/verify', {
      device_id: registered.body.device_id,
      code,
      proof: verificationProof(signer, registered.body),
    });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const devicesOf = async (phone: Phone): Promise<string[]> => {
    const answer = await ask(at(DEVICES), 'GET', { headers: bearer(phone.token) });
    expect(answer.status).toBe(200);
    return answer.body.data.map(({ id }: { id: string }) => id);
  };

  describe('registered by mail', () => {
    it('get tokens that are theirs', async () => {
      const email = somebody();
      const signer = Signer.generate();
      const registered = await register(email, signer);
      expect([registered.status, registered.body]).toEqual([
        202,
        {
          device_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
          challenge: expect.stringMatching(/^[\w-]{43}$/),
          verification: 'email',
          expires_in: 600,
        },
      ]);
      const verified = await verify(registered, signer, codeIn(gateway.mail.mailTo(email)));
      expect([verified.status, verified.body]).toEqual([
        200,
        {
          device_id: registered.body.device_id,
          access_token: expect.stringMatching(/^eyJ/),
          token_type: 'Bearer',
          expires_in: 3600,
          scope: 'read write',
        },
      ]);
      const claims = JSON.parse(
        Buffer.from(verified.body.access_token.split('.')[1], 'base64url').toString(),
      );
      expect(claims).toMatchObject({
        device: registered.body.device_id,
        tenant: 'default',
        role: 'user',
        email,
      });
      const list = await ask(at(DEVICES), 'GET', { headers: bearer(verified.body.access_token) });
      expect(list.body).toEqual({
        object: 'list',
        data: [
          {
            id: registered.body.device_id,
            name: 'A phone',
            type: 'mobile',
            platform: 'ios',
            model: null,
            app_version: null,
            public_key: signer.publicKey,
            current: true,
            created_at: expect.stringMatching(/^20.*Z$/),
            rotated_at: null,
            last_seen_at: null,
          },
        ],
      });
    });

    it('by the same address belong to the same user, and no others', async () => {
      const email = somebody();
      const first = await Phone.register(gateway, email);
      const second = await Phone.register(gateway, email.toUpperCase());
      const stranger = await Phone.register(gateway, somebody());
      expect((await devicesOf(first)).sort()).toEqual([first.id, second.id].sort());
      expect(await devicesOf(stranger)).toEqual([stranger.id]);
    });

    it('are not told whether anybody has the address', async () => {
      const email = somebody();
      await Phone.register(gateway, email);
      const known = await register(email, Signer.generate());
      const unknown = await register(somebody(), Signer.generate());
      const shape = ({ status, body }: Answer) => [
        status,
        Object.keys(body),
        body.expires_in,
        body.challenge.length,
      ];
      expect(shape(known)).toEqual(shape(unknown));
    });

    it('have five tries', async () => {
      const email = somebody();
      const signer = Signer.generate();
      const registered = await register(email, signer);
      const code = codeIn(gateway.mail.mailTo(email));
      const wrong = code.startsWith('1') ? `2${code.slice(1)}` : `1${code.slice(1)}`;
      const tries = await Promise.all([1, 2, 3, 4, 5].map(() => verify(registered, signer, wrong)));
      expect(tries.map(codeOf)).toEqual(Array(5).fill([400, 'verification_failed']));
      expect(codeOf(await verify(registered, signer, code))).toEqual([400, 'verification_failed']);
    });

    it('get in with the fifth', async () => {
      const email = somebody();
      const signer = Signer.generate();
      const registered = await register(email, signer);
      for (const wrong of ['', '12345', 'x', "'"].filter(Boolean).concat('1234'))
        expect(codeOf(await verify(registered, signer, wrong))).toEqual([400, 'verification_failed']);
      expect((await verify(registered, signer, codeIn(gateway.mail.mailTo(email)))).status).toBe(200);
    });

    it('get in once, however many come at once', async () => {
      const email = somebody();
      const signer = Signer.generate();
      const registered = await register(email, signer);
      const code = codeIn(gateway.mail.mailTo(email));
      const answers = await Promise.all([1, 2, 3, 4].map(() => verify(registered, signer, code)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
      expect(codeOf(await verify(registered, signer, code))).toEqual([400, 'verification_failed']);
    });

    it('come too late after ten minutes', async () => {
      const email = somebody();
      const signer = Signer.generate();
      const registered = await register(email, signer);
      await gateway.dataSource.query(
        `UPDATE mail_codes SET expires_at = expires_at - interval '10 minutes' WHERE id = $1`,
        [registered.body.device_id],
      );
      expect(codeOf(await verify(registered, signer, codeIn(gateway.mail.mailTo(email))))).toEqual([
        400,
        'verification_failed',
      ]);
    });

    it('have to have the key that they show', async () => {
      const email = somebody();
      const signer = Signer.generate();
      const registered = await register(email, signer);
      const code = codeIn(gateway.mail.mailTo(email));
      const { device_id } = registered.body;
      const withProof = (proof: string) => post('/oauth/device/verify', { device_id, code, proof });
      const foreign = verificationProof(Signer.generate(), registered.body);
      const old = verificationProof(signer, { device_id, challenge: 'another' });
      for (const proof of [foreign, old, 'none'])
        expect(codeOf(await withProof(proof))).toEqual([400, 'verification_failed']);
      expect((await withProof(verificationProof(signer, registered.body))).status).toBe(200);
    });

    it('are not there before they are verified, and cannot be made up', async () => {
      const signer = Signer.generate();
      const registered = await register(somebody(), signer);
      const phone = Phone.of(signer, { ...registered.body, access_token: '' });
      expect(codeOf(await phone.ask(at(DEVICES), 'GET'))).toEqual([401, 'signature_invalid']);
      const nothing = { body: { device_id: randomUUID(), challenge: 'x' } } as Answer;
      expect(codeOf(await verify(nothing, signer, '12345678'))).toEqual([400, 'verification_failed']);
      const noUuid = { body: { device_id: 'x', challenge: 'x' } } as Answer;
      expect(codeOf(await verify(noUuid, signer, '12345678'))).toEqual([400, 'verification_failed']);
    });

    it.each<[string, object]>([
      ['a key of small order', { public_key: Buffer.alloc(32).toString('base64url') }],
      ['a key of 31 bytes', { public_key: Buffer.alloc(31, 9).toString('base64url') }],
      ['no key', { public_key: undefined }],
      ['a second header in the address', { email: 'ada@example.org\r\nBcc: eve@example.org' }],
      ['two addresses', { email: 'ada@example.org,eve@example.org' }],
      ['no address', { email: 'ada' }],
      ['a name of two lines', { name: 'A\nphone' }],
      ['another type', { type: 'toaster' }],
    ])('are refused with %s', async (_, wrong) => {
      const sent = gateway.mail.mails.length;
      const body = {
        email: somebody(),
        public_key: Signer.generate().publicKey,
        name: 'A',
        type: 'api',
        ...wrong,
      };
      expect((await post('/oauth/device/register', body)).status).toBe(400);
      expect(gateway.mail.mails).toHaveLength(sent);
    });

    it('get no more than five mails an hour to one address', async () => {
      const email = somebody();
      for (let mail = 0; mail < 5; mail += 1)
        expect((await register(email, Signer.generate())).status).toBe(202);
      const refused = await register(email.toUpperCase(), Signer.generate());
      expect(codeOf(refused)).toEqual([429, 'rate_limit_exceeded']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(3500);
      expect(gateway.mail.mails.filter(({ to }) => to.includes(email))).toHaveLength(5);
    });

    it('are no more than ten from one address', async () => {
      const headers = { 'x-forwarded-for': '198.51.100.7' };
      const answers: number[] = [];
      for (let device = 0; device < 11; device += 1)
        answers.push((await register(somebody(), Signer.generate(), headers)).status);
      expect(answers).toEqual([...Array<number>(10).fill(202), 429]);
    });

    it('cannot be while mails cannot be sent', async () => {
      gateway.mail.answer = '451 later';
      const answer = await register(somebody(), Signer.generate());
      gateway.mail.answer = '250 taken';
      expect(codeOf(answer)).toEqual([503, 'temporarily_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('30');
    });
  });

  describe('that exchange their key', () => {
    it('are known by the new one, and by the old one no more', async () => {
      const phone = await Phone.register(gateway, somebody());
      const next = Signer.generate();
      const answer = await phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next) });
      expect([answer.status, answer.body]).toEqual([
        200,
        { device_id: phone.id, public_key: next.publicKey, rotated_at: expect.any(String) },
      ]);
      expect(codeOf(await phone.ask(at(DEVICES), 'GET'))).toEqual([401, 'signature_invalid']);
      const old = phone.signer;
      phone.signer = next.as(phone.id);
      expect((await phone.ask(at(DEVICES), 'GET')).status).toBe(200);
      const back = await phone.ask(at(ROTATE), 'POST', { body: rotation(phone, old) });
      expect([...codeOf(back)]).toEqual([400, 'invalid_value']);
      const same = await phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next) });
      expect(codeOf(same)).toEqual([400, 'invalid_value']);
    });

    it('end what was opened by the old one, on all replicas, and nothing that the new one opens', async () => {
      const phone = await Phone.register(gateway, somebody());
      const connect = async ({ url }: { url: string }) => {
        const target = '/ws/ai/stream';
        const headers = phone.headers({ method: 'GET', authority: new URL(url).host, target });
        const socket = new WebSocket(url + target, { headers });
        await once(socket, 'open');
        return socket;
      };
      const replicas = gateway.replicas.slice(0, hasRedisServer ? undefined : 1);
      const before = await Promise.all(replicas.map(connect));
      const closed = before.map((socket) => once(socket, 'close'));
      const next = Signer.generate();
      expect((await phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next) })).status).toBe(200);
      phone.signer = next.as(phone.id);
      const after = await Promise.all(replicas.map(connect));
      expect((await Promise.all(closed)).map(([code]) => code as number)).toEqual(before.map(() => 4401));
      expect((await phone.ask(at(DEVICES), 'GET')).status).toBe(200);
      expect(after.map(({ readyState }) => readyState)).toEqual(after.map(() => WebSocket.OPEN));
      for (const socket of after) socket.terminate();
    });

    it('do so by signatures of both keys, and now', async () => {
      const phone = await Phone.register(gateway, somebody());
      const next = Signer.generate();
      const stranger = Signer.generate();
      const now = Math.floor(Date.now() / 1000);
      const ask = (options: Parameters<typeof rotation>[2]) =>
        phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next, options) });
      expect(codeOf(await ask({ by: stranger }))).toEqual([401, 'signature_invalid']);
      expect(codeOf(await ask({ by: next }))).toEqual([401, 'signature_invalid']);
      expect(codeOf(await ask({ proofBy: stranger }))).toEqual([401, 'signature_invalid']);
      expect(codeOf(await ask({ proofBy: phone.signer }))).toEqual([401, 'signature_invalid']);
      expect(codeOf(await ask({ timestamp: now - 65 }))).toEqual([401, 'timestamp_out_of_range']);
      const small = { ...rotation(phone, next), public_key: Buffer.alloc(32).toString('base64') };
      expect(codeOf(await phone.ask(at(ROTATE), 'POST', { body: small }))).toEqual([400, 'invalid_value']);
      expect((await ask({})).status).toBe(200);
    });

    it('do so once, when many ask at once', async () => {
      const phone = await Phone.register(gateway, somebody());
      const signers = [1, 2, 3, 4, 5].map(() => Signer.generate());
      const answers = await Promise.all(
        signers.map((next) => phone.ask(at(ROTATE), 'POST', { body: rotation(phone, next) })),
      );
      const winners = signers.filter((_, index) => answers[index]!.status === 200);
      expect(winners).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(4);
      phone.signer = winners[0]!.as(phone.id);
      expect((await phone.ask(at(DEVICES), 'GET')).status).toBe(200);
    });

    it('are those of the caller', async () => {
      const phone = await Phone.register(gateway, somebody());
      const other = await Phone.register(gateway, somebody());
      const body = { ...rotation(phone, Signer.generate()), device_id: phone.id };
      expect(codeOf(await other.ask(at(ROTATE), 'POST', { body }))).toEqual([404, 'not_found']);
    });
  });

  describe('that are revoked', () => {
    it('are dead within a second, with their tokens and API keys', async () => {
      const email = somebody();
      const phone = await Phone.register(gateway, email);
      const lost = await Phone.register(gateway, email);
      const made = await lost.ask(at('/oauth/device/api-key'), 'POST', { body: { name: 'A script' } });
      const apiKey = { 'x-api-key': made.body.api_key };
      // Each of them has seen them, and may remember.
      for (const { url } of gateway.replicas) {
        expect((await ask(url + DEVICES, 'GET', { headers: apiKey })).status).toBe(200);
        expect((await ask(url + DEVICES, 'GET', { headers: bearer(lost.token) })).status).toBe(200);
      }
      expect((await phone.ask(`${at(DEVICES)}/${lost.id}`, 'DELETE')).status).toBe(204);
      expect(codeOf(await lost.ask(at(DEVICES), 'GET'))).toEqual([401, 'signature_invalid']);
      for (const { url } of gateway.replicas.slice(0, hasRedisServer ? undefined : 1))
        for (const headers of [apiKey, bearer(lost.token)])
          await eventually(
            async () => (await ask(url + DEVICES, 'GET', { headers })).status,
            (status) => status === 401,
            { deadlineMs: 1_000 },
          );
      expect(await devicesOf(phone)).toEqual([phone.id]);
      expect(codeOf(await phone.ask(`${at(DEVICES)}/${lost.id}`, 'DELETE'))).toEqual([404, 'not_found']);
    });

    it('lose their connections within a second', async () => {
      const email = somebody();
      const phone = await Phone.register(gateway, email);
      const lost = await Phone.register(gateway, email);
      const replicas = gateway.replicas.slice(0, hasRedisServer ? undefined : 1);
      const sockets = await Promise.all(
        replicas.map(async ({ url }) => {
          const socket = new WebSocket(`${url}/ws/ai/stream`, { headers: bearer(lost.token) });
          await once(socket, 'open');
          return socket;
        }),
      );
      const kept = new WebSocket(`${replicas[0]!.url}/ws/ai/stream`, { headers: bearer(phone.token) });
      await once(kept, 'open');
      expect((await phone.ask(`${replicas[0]!.url}${DEVICES}/${lost.id}`, 'DELETE')).status).toBe(204);
      for (const socket of sockets)
        await eventually(
          () => socket.readyState,
          (state) => state === WebSocket.CLOSED,
          { deadlineMs: 1_000 },
        );
      expect(kept.readyState).toBe(WebSocket.OPEN);
      kept.terminate();
    });

    it('are all those of a user who got another role, who can register new ones', async () => {
      const email = somebody();
      const phone = await Phone.register(gateway, email);
      const users = gateway.app.get(Users);
      const user = await users.findByEmail('default', email);
      await users.update(user!, { role: 'premium' });
      expect(codeOf(await phone.ask(at(DEVICES), 'GET'))).toEqual([401, 'signature_invalid']);
      // What was revoked counts for all of that second.
      const second = Math.floor(Date.now() / 1000);
      await eventually(() => Math.floor(Date.now() / 1000) > second);
      const next = await Phone.register(gateway, email);
      const list = await next.ask(at(DEVICES), 'GET');
      expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual([next.id]);
    });

    it('may be the caller', async () => {
      const phone = await Phone.register(gateway, somebody());
      const here = gateway.replicas[0]!.url;
      expect((await phone.ask(`${here}${DEVICES}/${phone.id}`, 'DELETE')).status).toBe(204);
      const { status } = await ask(here + DEVICES, 'GET', { headers: bearer(phone.token) });
      expect(status).toBe(401);
    });

    it('are those of the caller', async () => {
      const phone = await Phone.register(gateway, somebody());
      const other = await Phone.register(gateway, somebody());
      for (const id of [phone.id, randomUUID(), 'none', '%00'])
        expect([id, ...codeOf(await other.ask(`${at(DEVICES)}/${id}`, 'DELETE'))]).toEqual([
          id,
          404,
          'not_found',
        ]);
      expect(await devicesOf(phone)).toEqual([phone.id]);
    });
  });

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

describe('devices where nobody can sign up', () => {
  let gateway: DeviceGateway;

  beforeAll(async () => {
    gateway = await openDeviceGateway({ DEVICE_SIGN_UP: 'off' });
  });
  afterAll(() => gateway.close());

  it('come in by the mailbox of a user, and by others as little as with a wrong code', async () => {
    const users = gateway.app.get(Users);
    await users.create({ tenant: 'default', email: 'known@example.org' });
    expect(await Phone.register(gateway, 'known@example.org')).toBeInstanceOf(Phone);
    const signer = Signer.generate();
    const registered = await ask(`${gateway.url}/oauth/device/register`, 'POST', {
      body: { email: 'new@example.org', public_key: signer.publicKey, name: 'A phone', type: 'mobile' },
    });
    const verify = (code: string) =>
      ask(`${gateway.url}/oauth/device/verify`, 'POST', {
        body: {
          device_id: registered.body.device_id,
          code,
          proof: verificationProof(signer, registered.body),
        },
      });
    const told = ({ status, body: { error, error_description: text } }: Answer) => [status, error, text];
    const wrong = await verify('x');
    expect(codeOf(wrong)).toEqual([400, 'verification_failed']);
    const right = await verify(codeIn(gateway.mail.mailTo('new@example.org')));
    expect(told(right)).toEqual(told(wrong));
    expect(await users.findByEmail('default', 'new@example.org')).toBeUndefined();
  });
});

describe('devices without a mail server', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await createGateway({}, 'database');
  });
  afterAll(() => gateway.close());

  it('cannot be registered by mail', async () => {
    const answer = await ask(`${gateway.url}/oauth/device/register`, 'POST', {
      body: {
        email: 'ada@example.org',
        public_key: Signer.generate().publicKey,
        name: 'A phone',
        type: 'api',
      },
    });
    expect(codeOf(answer)).toEqual([503, 'temporarily_unavailable']);
    expect(answer.body.error_description).toContain('MAIL_SMTP_URL');
  });
});
