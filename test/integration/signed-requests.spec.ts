import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { Signer } from '../../src/modules/identity/signatures/testing/signer.js';
import {
  type Answer,
  ask,
  askPlainly,
  DEVICE_GATEWAY_KINDS,
  type DeviceGateway,
  type Form,
  Phone,
} from './devices-support.js';

const CHAT = '/api/v1/chat/completions';
const BODY = '{"model": "phi3", "messages": [{"role": "user", "content": "Hello"}]}';
const TYPE = 'application/json';
const FORMS: readonly Form[] = ['simple', 'message'];

describe.each(DEVICE_GATEWAY_KINDS)('signed requests on $kind', ({ open }) => {
  let gateway: DeviceGateway;
  let phone: Phone;
  let host: string;

  beforeAll(async () => {
    gateway = await open();
    host = new URL(gateway.url).host;
    phone = await Phone.register(gateway, 'ada@example.org');
  });
  afterAll(() => gateway.close());

  const now = () => Math.floor(Date.now() / 1000);
  const outgoing = (more: object = {}) => ({
    method: 'POST',
    authority: host,
    target: CHAT,
    contentType: TYPE,
    body: BODY,
    ...more,
  });
  const send = (
    headers: Record<string, string>,
    { target = CHAT, body = BODY, type = TYPE, method = 'POST' } = {},
  ) => ask(gateway.url + target, method, { body, headers: { 'content-type': type, ...headers } });
  const codeOf = ({ status, body }: Answer) => [status, body?.error?.code ?? body?.error];

  describe.each(FORMS)('in the %s form', (form) => {
    it('are answered when they are right', async () => {
      const answer = await send(phone.headers(outgoing(), form));
      expect(answer.status).toBe(200);
      expect(answer.body.choices[0].message.content).toContain('Hello');
      const list = await phone.ask(`${gateway.url}/api/v1/auth/devices?a=%20b&A=1`, 'GET', { form });
      expect(list.body.data[0]).toMatchObject({ id: phone.id, current: true });
      expect(Date.parse(list.body.data[0].last_seen_at)).toBeLessThanOrEqual(Date.now());
    });

    it.each<[string, object, Parameters<typeof send>[1]]>([
      ['white space in the body', {}, { body: BODY.replace('": ', '":') }],
      ['a byte of the body', {}, { body: BODY.replace('Hello', 'Hallo') }],
      ['the body cut off', {}, { body: BODY.slice(0, -1) }],
      ['the order of the query', { target: `${CHAT}?a=1&b=2` }, { target: `${CHAT}?b=2&a=1` }],
      ['the spelling of the query', { target: `${CHAT}?a=%2f` }, { target: `${CHAT}?a=%2F` }],
      ['a query', {}, { target: `${CHAT}?a=1` }],
      ['the path', { target: '/api/v1/completions' }, {}],
      ['the spelling of the path', {}, { target: `${CHAT}/` }],
      ['the method', { method: 'PUT' }, {}],
      ['the host', { authority: 'other.example.org' }, {}],
      ['the port', { authority: '127.0.0.1:1' }, {}],
      ['the content type', {}, { type: 'application/json; charset=utf-8' }],
      ['the content type left out', { contentType: undefined }, {}],
    ])('are refused when this differs: %s', async (_, signed, sent) => {
      expect(codeOf(await send(phone.headers(outgoing(signed), form), sent))).toEqual([
        401,
        'signature_invalid',
      ]);
    });

    it.each([
      ['61 seconds old', -61.5],
      ['a day old', -86_400],
      ['31 seconds ahead', 32],
      ['in milliseconds', 1.7e12],
    ])('are refused when they are %s', async (_, by) => {
      const timestamp = Math.floor(now() + by);
      expect(codeOf(await send(phone.headers(outgoing(), form, { timestamp })))).toEqual([
        401,
        'timestamp_out_of_range',
      ]);
    });

    it.each([-55, 25])('are good by %i seconds', async (by) => {
      expect((await send(phone.headers(outgoing(), form, { timestamp: now() + by }))).status).toBe(200);
    });

    it('are good once', async () => {
      const headers = phone.headers(outgoing(), form);
      expect((await send(headers)).status).toBe(200);
      expect(codeOf(await send(headers))).toEqual([401, 'replay']);
      const nonce = `used-in-another-request-${form}`;
      expect((await send(phone.headers(outgoing(), form, { nonce }))).status).toBe(200);
      expect(codeOf(await send(phone.headers(outgoing(), form, { nonce, timestamp: now() - 1 })))).toEqual([
        401,
        'replay',
      ]);
    });

    it('are good once, however many come at once, on whatever replica', async () => {
      // All replicas go by one name, as behind a balancer.
      const target = '/api/v1/auth/devices';
      for (let round = 0; round < 5; round += 1) {
        const signed = phone.headers({ method: 'GET', authority: 'gateway.example', target }, form);
        const answers = await Promise.all(
          Array.from({ length: 12 }, (_, index) =>
            askPlainly(gateway.replicas[index % gateway.replicas.length]!.url + target, 'GET', {
              headers: { ...signed, host: 'gateway.example' },
            }),
          ),
        );
        const won = answers.filter(({ status }) => status === 200);
        const lost = answers.filter(
          ({ status, body }) => status === 401 && JSON.parse(body).error === 'replay',
        );
        expect([won.length, lost.length]).toEqual([1, 11]);
      }
    });

    it('do not use up the nonce when they are wrong', async () => {
      const nonce = `kept-by-a-wrong-signature-${form}`;
      const wrong = phone.headers(outgoing({ method: 'PUT' }), form, { nonce });
      expect(codeOf(await send(wrong))).toEqual([401, 'signature_invalid']);
      const rows = await gateway.dataSource.query('SELECT FROM signature_nonces WHERE nonce = $1', [nonce]);
      expect(rows).toHaveLength(0);
      expect((await send(phone.headers(outgoing(), form, { nonce }))).status).toBe(200);
    });

    it.each([
      ['15 characters', 'n'.repeat(15)],
      ['129 characters', 'n'.repeat(129)],
      ['another alphabet', 'nonce with a space in it'],
      ['a star', '*'.repeat(20)],
    ])('are malformed with a nonce of %s', async (_, nonce) => {
      expect(codeOf(await send(phone.headers(outgoing(), form, { nonce })))).toEqual([400, 'invalid_value']);
    });

    it.each([16, 128])('are well formed with a nonce of %i characters', async (length) => {
      const nonce = form[0]!.repeat(length);
      expect((await send(phone.headers(outgoing(), form, { nonce }))).status).toBe(200);
    });

    it('look the same by a key that nobody knows, one that is none, and with a wrong signature', async () => {
      const bad = await send(phone.headers(outgoing({ method: 'PUT' }), form));
      for (const keyId of [randomUUID(), 'nobody', "'; DROP TABLE devices", phone.id.slice(1)]) {
        const stranger = Phone.of(Signer.generate(), { device_id: keyId, access_token: '' });
        const answer = await send(stranger.headers(outgoing(), form));
        expect([answer.status, answer.body]).toEqual([bad.status, bad.body]);
      }
    });

    it('are never taken for unsigned ones where nobody has to sign', async () => {
      const target = '/v1/models';
      expect((await ask(gateway.url + target, 'GET')).status).toBe(200);
      const signed = phone.headers({ method: 'PUT', authority: host, target }, form);
      expect(codeOf(await ask(gateway.url + target, 'GET', { headers: signed }))).toEqual([
        401,
        'signature_invalid',
      ]);
      for (const left of Object.keys(signed).filter(
        (name) => !['x-device-id', 'x-timestamp'].includes(name),
      )) {
        const { status } = await ask(gateway.url + target, 'GET', { headers: { [left]: signed[left]! } });
        // A digest alone says nothing of a signature.
        expect([left, status]).toEqual([left, left === 'content-digest' ? 200 : 400]);
      }
    });

    it('are malformed when a header is missing, and when it comes twice', async () => {
      const signed = phone.headers(outgoing(), form);
      for (const name of Object.keys(signed)) {
        const { [name]: value, ...rest } = signed;
        expect([name, (await send(rest)).status]).toEqual([name, 400]);
        const twice = { ...rest, [name]: [value!, value!], 'content-type': TYPE };
        const { status } = await askPlainly(gateway.url + CHAT, 'POST', { body: BODY, headers: twice });
        expect([name, status]).toEqual([name, 400]);
      }
      expect((await send(signed)).status).toBe(200);
    });
  });

  describe('whose signature is no signature', () => {
    const spoilt = async (spoil: (signature: Buffer) => string) => {
      const headers = phone.headers(outgoing());
      return codeOf(
        await send({ ...headers, 'x-signature': spoil(Buffer.from(headers['x-signature']!, 'base64')) }),
      );
    };
    const base64 = (bytes: Buffer) => bytes.toString('base64');
    const L = 2n ** 252n + 27742317777372353535851937790883648493n;

    it.each<[string, (signature: Buffer) => string]>([
      ['63 bytes', (signature) => base64(signature.subarray(1))],
      ['65 bytes', (signature) => base64(Buffer.concat([signature, Buffer.alloc(1)]))],
      ['nothing', () => ''],
      ['base64 without its padding', (signature) => base64(signature).replaceAll('=', '')],
      [
        'base64 with bits that mean nothing',
        (signature) => `${base64(signature).slice(0, -3)}h==`.replace(/.h==$/, 'h==').padStart(88, 'A'),
      ],
      ['hex', (signature) => signature.toString('hex')],
      [
        'S + L',
        (signature) => {
          const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + L;
          const half = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
          return base64(Buffer.concat([signature.subarray(0, 32), half]));
        },
      ],
    ])('%s', async (_, spoil) => {
      expect(await spoilt(spoil)).toEqual([401, 'signature_invalid']);
    });

    it('in both forms at once', async () => {
      const headers = { ...phone.headers(outgoing()), ...phone.headers(outgoing(), 'message') };
      expect(codeOf(await send(headers))).toEqual([400, 'invalid_request']);
    });

    it('for another gateway', async () => {
      const audience = 'another-gateway';
      expect(codeOf(await send(phone.headers(outgoing(), 'simple', { audience })))).toEqual([
        401,
        'signature_invalid',
      ]);
      const tagged = (tag: string) => send(phone.signer.message(outgoing(), { params: `;tag="${tag}"` }));
      expect(codeOf(await tagged(audience))).toEqual([401, 'signature_invalid']);
      expect((await tagged('citadel-gateway')).status).toBe(200);
    });

    it('with a key of small order in the database', async () => {
      const id = randomUUID();
      await gateway.dataSource.query(
        `INSERT INTO devices (id, tenant, user_id, name, type, public_key, created_at)
         SELECT $1, tenant, user_id, name, type, $2, created_at FROM devices WHERE id = $3`,
        [id, Buffer.from(`01${'00'.repeat(31)}`, 'hex'), phone.id],
      );
      // With this key and these halves any text would be signed.
      const headers = Phone.of(Signer.generate(), { device_id: id, access_token: '' }).headers(outgoing());
      const forged = Buffer.from(`01${'00'.repeat(63)}`, 'hex').toString('base64');
      expect(codeOf(await send({ ...headers, 'x-signature': forged }))).toEqual([401, 'signature_invalid']);
      await gateway.dataSource.query('DELETE FROM devices WHERE id = $1', [id]);
    });
  });

  describe('by RFC 9421', () => {
    const signedWith = (change: (headers: Record<string, string>) => Record<string, string>) =>
      send(change(phone.headers(outgoing(), 'message')));

    it('do not care for the algorithm they name', async () => {
      for (const alg of ['hmac-sha256', 'none', 'ed25519'])
        expect((await send(phone.signer.message(outgoing(), { params: `;alg="${alg}"` }))).status).toBe(200);
    });

    it('end when they say so', async () => {
      const expiring = (at: number) => send(phone.signer.message(outgoing(), { params: `;expires=${at}` }));
      expect((await expiring(now() + 20)).status).toBe(200);
      expect(codeOf(await expiring(now() - 1))).toEqual([401, 'timestamp_out_of_range']);
    });

    it('have to cover all of the request', async () => {
      for (const name of ['@method', '@authority', '@path', '@query', 'content-digest', 'content-type']) {
        const answer = await signedWith((headers) => ({
          ...headers,
          'signature-input': headers['signature-input']!.replace(new RegExp(` ?"${name}"`), '').replace(
            '( ',
            '(',
          ),
        }));
        expect([name, ...codeOf(answer)]).toEqual([name, 401, 'signature_invalid']);
      }
    });

    it('have to be digested, also without a body', async () => {
      const target = '/api/v1/auth/devices';
      const headers = phone.headers({ method: 'GET', authority: host, target }, 'message');
      const rest = Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-digest'));
      expect((await ask(gateway.url + target, 'GET', { headers: rest })).status).toBe(400);
      expect((await ask(gateway.url + target, 'GET', { headers })).status).toBe(200);
    });

    it('name one signature, which is there', async () => {
      expect(
        (
          await signedWith((headers) => ({
            ...headers,
            signature: headers.signature!.replace('sig1', 'sig2'),
          }))
        ).status,
      ).toBe(401);
      expect(
        (
          await signedWith((headers) => ({
            ...headers,
            'signature-input': `${headers['signature-input']}, sig2=()`,
          }))
        ).status,
      ).toBe(401);
    });
  });

  it('are not parsed before they are known to be right', async () => {
    const body = '{"this is no JSON';
    const wrong = phone.headers(outgoing({ body, method: 'PUT' }));
    expect(codeOf(await send(wrong, { body }))).toEqual([401, 'signature_invalid']);
    expect(codeOf(await send(phone.headers(outgoing({ body })), { body }))).toEqual([400, 'invalid_json']);
  });

  it('are bounded', async () => {
    const target = '/api/v1/auth/email/add';
    const body = `{"email": "${'a'.repeat(5 * 1024 * 1024)}"}`;
    const headers = phone.headers(outgoing({ target, body }));
    expect((await send(headers, { target, body })).status).toBe(413);
    // Without a length it has to be counted.
    const answer = askPlainly(gateway.url + target, 'POST', {
      body,
      headers: { ...headers, 'content-type': TYPE, 'transfer-encoding': 'chunked' },
    });
    expect(
      await answer.then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code,
      ),
    ).toBeOneOf([413, 'EPIPE', 'ECONNRESET']);
  });

  it('stand beside a token of the same device, and of no other', async () => {
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const other = await Phone.register(gateway, 'bob@example.org');
    expect((await send({ ...phone.headers(outgoing()), ...bearer(phone.token) })).status).toBe(200);
    expect(codeOf(await send({ ...phone.headers(outgoing()), ...bearer(other.token) }))).toEqual([
      401,
      'signature_invalid',
    ]);
    expect((await send({ ...phone.headers(outgoing()), ...bearer('eyJhbGciOiJub25lIn0.e30.') })).status).toBe(
      401,
    );
    expect(
      (await send({ ...phone.headers(outgoing({ method: 'PUT' })), ...bearer(phone.token) })).status,
    ).toBe(401);
  });

  it('stand beside what SDKs send because they must send something', async () => {
    const dummies: Record<string, string>[] = [{ authorization: 'Bearer sk-dummy' }, { 'x-api-key': 'none' }];
    for (const dummy of dummies) {
      expect((await send({ ...phone.headers(outgoing()), ...dummy })).status).toBe(200);
      const wrong = { ...phone.headers(outgoing({ body: '{}' })), ...dummy };
      expect(codeOf(await send(wrong))).toEqual([401, 'signature_invalid']);
    }
    const two = { authorization: 'Bearer sk-dummy', 'x-api-key': 'none' };
    expect((await send({ ...phone.headers(outgoing()), ...two })).status).toBe(400);
    const key = { authorization: `Bearer pk_live_${'a'.repeat(43)}` };
    expect((await send({ ...phone.headers(outgoing()), ...key })).status).toBe(401);
  });

  describe('that open sockets', () => {
    const target = '/ws/ai/stream';
    const open = async (headers: Record<string, string>, protocols: string[] = []) => {
      const socket = new WebSocket(gateway.url + target, protocols, { headers });
      const [response] = (await Promise.race([
        once(socket, 'open').then(() => [{ statusCode: 101 }]),
        once(socket, 'unexpected-response').then(([, refused]) => [refused as IncomingMessage]),
      ])) as [{ statusCode: number }];
      socket.on('error', () => undefined).terminate();
      return response.statusCode;
    };
    const signed = (method = 'GET') => phone.headers({ method, authority: host, target });
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

    it('let them in when they are right', async () => {
      expect(await open({})).toBe(101);
      expect(await open(signed())).toBe(101);
      expect(await open(signed('POST'))).toBe(401);
      expect(await open({ 'x-nonce': 'a-nonce-and-nothing-else' })).toBe(400);
    });

    it('stand beside a token of the same device, and of no other', async () => {
      const other = await Phone.register(gateway, 'eve@example.org');
      expect(await open({ ...signed(), ...bearer(phone.token) })).toBe(101);
      expect(await open(signed(), ['bearer', phone.token])).toBe(101);
      expect(await open({ ...signed(), ...bearer(other.token) })).toBe(401);
      expect(await open(signed(), ['bearer', other.token])).toBe(401);
      expect(await open({ ...signed(), ...bearer('eyJhbGciOiJub25lIn0.e30.') })).toBe(401);
      expect(await open({ ...signed('POST'), ...bearer(phone.token) })).toBe(401);
    });

    it('stand beside what SDKs send because they must send something', async () => {
      expect(await open({ ...signed(), ...bearer('sk-dummy') })).toBe(101);
      expect(await open({ ...signed(), ...bearer('sk-dummy'), 'x-api-key': 'none' })).toBe(400);
      expect(await open({ ...signed(), ...bearer(`pk_live_${'a'.repeat(43)}`) })).toBe(401);
    });

    it('are asked for no signature twice where the token is good too', async () => {
      const headers = { ...signed(), ...bearer(phone.token) };
      expect(await open(headers)).toBe(101);
      expect(await open(headers)).toBe(401);
    });

    it('hold for Socket.IO, whose token comes later', async () => {
      const other = await Phone.register(gateway, 'mallory@example.org');
      const path = '/socket.io/?EIO=4&transport=websocket';
      const join = (auth: object) =>
        joinSocketIo(gateway.url, phone.headers({ method: 'GET', authority: host, target: path }), auth);
      expect(await join({})).toBeUndefined();
      expect(await join({ token: phone.token })).toBeUndefined();
      expect(await join({ token: 'sk-dummy' })).toBeUndefined();
      expect(await join({ token: other.token })).toBe('signature_invalid');
    });
  });

  it('are refused by a device of a disabled user', async () => {
    const carol = await Phone.register(gateway, 'carol@example.org');
    await gateway.dataSource.query(
      `UPDATE users SET disabled = true FROM user_emails WHERE user_id = users.id AND email_key = 'carol@example.org'`,
    );
    expect(codeOf(await send(carol.headers(outgoing())))).toEqual([401, 'signature_invalid']);
  });
});

/** The code with which the client is kept out; undefined where it is let in. */
async function joinSocketIo(
  url: string,
  extraHeaders: Record<string, string>,
  auth: object,
): Promise<string | undefined> {
  const socket = io(url, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    extraHeaders,
    auth,
  });
  try {
    return await new Promise((resolve) => {
      socket.on('connect', () => resolve(undefined));
      socket.on('connect_error', (error) =>
        resolve((error as { data?: { code: string } }).data?.code ?? error.message),
      );
    });
  } finally {
    socket.close();
  }
}
