import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Signer } from '../../src/modules/identity/signatures/testing/signer.js';
import { Users } from '../../src/modules/identity/users/index.js';
import { createGateway, type TestGateway } from '../support/create-app.js';
import {
  type Answer,
  ask,
  codeIn,
  DEVICE_GATEWAY_KINDS,
  type DeviceGateway,
  openDeviceGateway,
  Phone,
  verificationProof,
} from './devices-support.js';
import { bearer, codeOf, deviceCalls, DEVICES } from './device-calls.js';

describe.each(DEVICE_GATEWAY_KINDS)('devices on $kind', ({ open }) => {
  let gateway: DeviceGateway;
  const { at, somebody, post, register, verify, devicesOf } = deviceCalls(() => gateway);

  beforeAll(async () => {
    gateway = await open();
  });
  afterAll(() => gateway.close());

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
