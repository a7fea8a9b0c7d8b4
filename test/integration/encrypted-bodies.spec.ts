import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  EncryptedExchange,
  type PublishedKey,
  type Said,
} from '../../src/modules/identity/encryption/testing/encrypted-exchange.js';
import { authorizationOf } from '../support/sign-in.js';
import { ask, DEVICE_GATEWAY_KINDS, type DeviceGateway, type Form, Phone } from './devices-support.js';

const CHAT = '/api/v1/chat/completions';
const HELLO = { model: 'phi3', messages: [{ role: 'user', content: 'Hello' }] };
const TYPE = 'application/octet-stream';

interface Outcome {
  readonly status: number;
  readonly isEncrypted: boolean;
  readonly type: string | null;
  readonly raw: Buffer;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what comes is what is tested
  readonly body: any;
}

interface Sending {
  readonly method?: string;
  readonly target?: string;
  /** In place of the one that is made of the text. */
  readonly sealed?: Buffer;
  readonly said?: Partial<Said>;
  readonly headers?: Record<string, string>;
}

describe.each(DEVICE_GATEWAY_KINDS)('encrypted bodies on $kind', ({ open }) => {
  let gateway: DeviceGateway;
  let phone: Phone;
  let key: PublishedKey;

  beforeAll(async () => {
    gateway = await open();
    phone = await Phone.register(gateway, 'ada@example.org');
    key = (await ask(`${gateway.url}/.well-known/citadel-encryption-key`, 'GET')).body;
  });
  afterAll(() => gateway.close());

  const bearer = () => ({ authorization: `Bearer ${phone.token}` });
  const exchangeOf = ({ method = 'POST', target = CHAT, said }: Sending) =>
    new EncryptedExchange(key, { device: phone.id, method, target, ...said });
  const signatureOf = (body: Buffer, { method = 'POST', target = CHAT }: Sending, form?: Form) =>
    phone.headers({ method, authority: new URL(gateway.url).host, target, contentType: TYPE, body }, form);

  /** What the gateway answers, read as the client of the exchange reads it. */
  async function deliver(exchange: EncryptedExchange, body: Buffer, sending: Sending): Promise<Outcome> {
    const response = await fetch(gateway.url + (sending.target ?? CHAT), {
      method: sending.method ?? 'POST',
      body: new Uint8Array(body),
      headers: { 'x-encrypted': 'v1', 'content-type': TYPE, ...sending.headers },
    });
    const raw = Buffer.from(await response.arrayBuffer());
    const isEncrypted = response.headers.get('x-encrypted') === 'v1';
    const text = isEncrypted ? exchange.answer(response.status, raw) : raw.toString();
    const body_ = text === '' ? undefined : (JSON.parse(text) as unknown);
    return {
      status: response.status,
      isEncrypted,
      type: response.headers.get('content-type'),
      raw,
      body: body_,
    };
  }

  function send(text: object | string, sending: Sending = {}): Promise<Outcome> {
    const exchange = exchangeOf(sending);
    const sealed = sending.sealed ?? exchange.request(typeof text === 'string' ? text : JSON.stringify(text));
    return deliver(exchange, sealed, { ...sending, headers: sending.headers ?? bearer() });
  }

  const codeOf = ({ status, isEncrypted, body }: Outcome) => [
    status,
    isEncrypted ? 'encrypted' : 'clear',
    body?.error?.code ?? body?.error,
  ];

  it('are for a key that everybody can see', async () => {
    const { status, body } = await ask(`${gateway.url}/.well-known/citadel-encryption-key`, 'GET');
    expect([status, body]).toEqual([
      200,
      {
        kid: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
        kty: 'OKP',
        crv: 'X25519',
        x: expect.stringMatching(/^[\w-]{43}$/) as string,
        use: 'enc',
      },
    ]);
    for (const replica of gateway.replicas)
      expect((await ask(`${replica.url}/.well-known/citadel-encryption-key`, 'GET')).body).toEqual(body);
  });

  describe('by a token of the device', () => {
    it('are read, and answered encrypted', async () => {
      const answer = await send(HELLO);
      expect([answer.status, answer.isEncrypted, answer.type]).toEqual([200, true, TYPE]);
      expect(answer.body.choices[0].message.content).toContain('Hello');
      expect(answer.raw.includes('Hello') || answer.raw.includes('choices')).toBe(false);
    });

    it('are read on other routes, with a query', async () => {
      const target = '/api/v1/auth/tickets?a=%2f&b';
      const answer = await send({}, { target });
      expect([answer.isEncrypted, Math.floor(answer.status / 100)]).toEqual([true, 2]);
      expect(answer.body.ticket).toEqual(expect.any(String));
    });

    it('are read by an API key of the device', async () => {
      const made = await phone.ask(`${gateway.url}/oauth/device/api-key`, 'POST', {
        body: { name: 'A script' },
      });
      expect(made.status).toBe(201);
      const answer = await send(HELLO, { headers: { 'x-api-key': made.body.api_key } });
      expect([answer.status, answer.isEncrypted]).toEqual([200, true]);
    });

    it('may be empty', async () => {
      const answer = await send('', { method: 'DELETE', target: '/api/v1/auth/api-keys/nobodys' });
      expect([answer.status, answer.isEncrypted]).toEqual([404, true]);
    });

    it('are answered errors encrypted, once they have been read', async () => {
      expect(codeOf(await send('{"no JSON'))).toEqual([400, 'encrypted', 'invalid_json']);
      expect((await send({ ...HELLO, messages: [] })).isEncrypted).toBe(true);
      expect((await send({ ...HELLO, model: 'nobodys' })).isEncrypted).toBe(true);
    });

    it('are answered whole', async () => {
      expect(codeOf(await send({ ...HELLO, stream: true }))).toEqual([
        400,
        'encrypted',
        'unsupported_parameter',
      ]);
      for (const target of [
        '/api/v1/ai/stream',
        '/v1/voice/chat/completions',
        '/agent/stream',
        '/api/stream/a',
      ])
        expect([target, (await send(HELLO, { target })).status]).toEqual([target, 400]);
    });
  });

  describe.each<Form>(['simple', 'message'])('that are signed in the %s form', (form) => {
    const signed = (sending: Sending = {}) => {
      const exchange = exchangeOf(sending);
      const sealed = exchange.request(JSON.stringify(HELLO));
      return { exchange, sealed, headers: signatureOf(sealed, sending, form) };
    };

    it('are read when the signature is of the bytes as they are sent, once', async () => {
      const { exchange, sealed, headers } = signed();
      const answer = await deliver(exchange, sealed, { headers });
      expect([answer.status, answer.isEncrypted]).toEqual([200, true]);
      expect(answer.body.choices[0].message.content).toContain('Hello');
      expect(codeOf(await deliver(exchange, sealed, { headers }))).toEqual([401, 'clear', 'replay']);
    });

    it('are not looked at when the signature is wrong', async () => {
      const { exchange, sealed, headers } = signed();
      const other = exchangeOf({}).request(JSON.stringify(HELLO));
      expect(codeOf(await deliver(exchange, other, { headers }))).toEqual([
        401,
        'clear',
        'signature_invalid',
      ]);
      sealed[60]! ^= 1;
      expect(codeOf(await deliver(exchange, sealed, { headers }))).toEqual([
        401,
        'clear',
        'signature_invalid',
      ]);
    });

    it('are refused when they are signed well and cannot be decrypted', async () => {
      const { exchange, sealed } = signed();
      sealed[60]! ^= 1;
      const headers = signatureOf(sealed, {}, form);
      expect(codeOf(await deliver(exchange, sealed, { headers }))).toEqual([400, 'clear', 'invalid_value']);
    });
  });

  describe('are refused', () => {
    it.each<[string, Partial<Said>]>([
      ['path', { target: '/api/v1/completions' }],
      ['query', { target: `${CHAT}?a=1` }],
      ['method', { method: 'PUT' }],
      ['device', { device: '6a1f0c52-7a3e-4a1b-9d57-0f6a3f1f2b11' }],
      ['gateway', { audience: 'another-gateway' }],
    ])('when they are for another %s', async (_, said) => {
      expect(codeOf(await send(HELLO, { said }))).toEqual([400, 'clear', 'invalid_value']);
    });

    it('with one text when they are tampered with or cut off, and another for an unknown key', async () => {
      const sealed = exchangeOf({}).request(JSON.stringify(HELLO));
      const texts = new Set<string>();
      const refuse = async (bytes: Buffer) => {
        const answer = await send('', { sealed: bytes });
        expect(codeOf(answer)).toEqual([400, 'clear', 'invalid_value']);
        return answer.body.message as string;
      };
      for (const at of [8, 40, 52, sealed.length - 1]) {
        const changed = Buffer.from(sealed);
        changed[at]! ^= 1;
        texts.add(await refuse(changed));
      }
      for (const length of [1, 67, 68, sealed.length - 1])
        texts.add(await refuse(sealed.subarray(0, length)));
      expect([...texts].filter((text) => text.includes('decrypted'))).toHaveLength(1);
      const unknown = Buffer.from(sealed);
      unknown[0]! ^= 1;
      expect(await refuse(unknown)).toContain('/.well-known/citadel-encryption-key');
    });

    it('in another version', async () => {
      for (const version of ['v2', '', 'v1, v1'])
        expect(codeOf(await send(HELLO, { headers: { ...bearer(), 'x-encrypted': version } }))).toEqual([
          400,
          'clear',
          'invalid_value',
        ]);
    });

    it('as another type', async () => {
      const headers = { ...bearer(), 'content-type': 'application/json' };
      expect(codeOf(await send(HELLO, { headers }))).toEqual([415, 'clear', 'unsupported_media_type']);
    });

    it('from whom no device is known', async () => {
      const token = await authorizationOf(gateway, {});
      expect((await ask(`${gateway.url}/api/v1/auth/devices`, 'GET', { headers: token })).status).toBe(200);
      expect(codeOf(await send(HELLO, { headers: token }))).toEqual([401, 'clear', 'unauthorized']);
      expect(codeOf(await send(HELLO, { target: '/v1/chat/completions', headers: {} }))).toEqual([
        401,
        'clear',
        'invalid_api_key',
      ]);
    });

    it('where nobody is known', async () => {
      const answer = await send({}, { target: '/oauth/device/register' });
      expect(codeOf(answer)).toEqual([400, 'clear', 'unsupported_parameter']);
    });

    it('where there is no body', async () => {
      const headers = { ...bearer(), 'x-encrypted': 'v1' };
      const { status, body } = await ask(`${gateway.url}/api/v1/auth/devices`, 'GET', { headers });
      expect([status, body.error?.code ?? body.error]).toEqual([400, 'unsupported_parameter']);
    });

    it('when they are longer than the route takes', async () => {
      const target = '/api/v1/auth/tickets';
      const sealed = exchangeOf({ target }).request(`{"more": "${'a'.repeat(5 * 1024 * 1024)}"}`);
      expect((await send('', { target, sealed })).status).toBe(413);
    });
  });

  it('are not asked for by their type alone', async () => {
    const response = await fetch(gateway.url + CHAT, {
      method: 'POST',
      body: JSON.stringify(HELLO),
      headers: { ...bearer(), 'content-type': TYPE },
    });
    expect(response.status).toBe(415);
    expect(response.headers.get('x-encrypted')).toBeNull();
  });

  it('change nothing for who does not ask for them', async () => {
    const { status, headers, body } = await ask(gateway.url + CHAT, 'POST', {
      body: HELLO,
      headers: bearer(),
    });
    expect([status, headers.get('x-encrypted')]).toEqual([200, null]);
    expect(body.choices[0].message.content).toContain('Hello');
  });
});
