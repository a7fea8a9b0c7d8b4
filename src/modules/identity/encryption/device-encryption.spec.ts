import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { DeviceEncryption } from './device-encryption.js';
import { EncryptionKey } from './encryption-key.js';
import { EncryptedExchange, type Said } from './testing/encrypted-exchange.js';

const SIGNING_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const key = EncryptionKey.from(SIGNING_KEY);
const encryption = new DeviceEncryption(key, 'citadel-gateway');
const PUBLISHED = { kid: key.id, x: key.publicKey.toString('base64url') };
const HEAD = { device: 'a-device', method: 'POST', target: '/v1/chat/completions?a=1' };
const BODY = '{"text":"Grüße"}';

const exchangeOf = (more: Partial<Said> = {}) => new EncryptedExchange(PUBLISHED, { ...HEAD, ...more });

function opened(bytes: Buffer) {
  const result = encryption.open(bytes, HEAD);
  if (result instanceof GatewayError) throw result;
  return result;
}

function faultOf(bytes: Buffer) {
  const result = encryption.open(bytes, HEAD);
  return result instanceof GatewayError ? [result.code, result.message] : undefined;
}

const UNREADABLE = [
  'invalid_value',
  'The body cannot be decrypted as one of this device for this method, path and query.',
];

describe(DeviceEncryption, () => {
  it('reads a body, and answers so that the device can read it', () => {
    const exchange = exchangeOf();
    const { body, sealAnswer } = opened(exchange.request(BODY));
    expect(body.toString()).toBe(BODY);
    const sealed = sealAnswer(200, Buffer.from('{"fine":true}'));
    expect(exchange.answer(200, sealed)).toBe('{"fine":true}');
    expect(() => exchange.answer(400, sealed)).toThrow();
    expect(() => exchangeOf().answer(200, sealed)).toThrow();
  });

  it('reads an empty body', () => {
    expect(opened(exchangeOf().request('')).body).toHaveLength(0);
  });

  it('has another key for each direction', () => {
    const exchange = exchangeOf();
    expect(exchange.keyOf('request')).not.toEqual(exchange.keyOf('answer'));
  });

  it.each<[string, Partial<Said>]>([
    ['device', { device: 'another-device' }],
    ['method', { method: 'PUT' }],
    ['path', { target: '/v1/completions?a=1' }],
    ['query', { target: '/v1/chat/completions?a=2' }],
    ['gateway', { audience: 'another-gateway' }],
  ])('reads nothing that is for another %s', (_, said) => {
    expect(faultOf(exchangeOf(said).request(BODY))).toEqual(UNREADABLE);
  });

  it('reads nothing of which a byte differs or is missing, and does not say which', () => {
    const sealed = exchangeOf().request(BODY);
    // The first eight are the id of the key.
    for (let index = 8; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 1;
      expect([index, faultOf(changed)]).toEqual([index, UNREADABLE]);
      expect([index, faultOf(sealed.subarray(0, index))]).toEqual([index, UNREADABLE]);
    }
    expect(faultOf(Buffer.concat([sealed, Buffer.alloc(1)]))).toEqual(UNREADABLE);
    expect(faultOf(Buffer.alloc(0))).toEqual(UNREADABLE);
  });

  it('reads nothing by a key with which the secret is known to everybody', () => {
    const sealed = exchangeOf().request(BODY);
    expect(faultOf(sealed.fill(0, 8, 40))).toEqual(UNREADABLE);
  });

  it('says that a body is for another key', () => {
    const sealed = exchangeOf().request(BODY);
    sealed[0]! ^= 1;
    expect(faultOf(sealed)).toEqual([
      'invalid_value',
      'The body names another key than the one at /.well-known/citadel-encryption-key.',
    ]);
  });
});

describe(EncryptionKey, () => {
  it('is the same wherever the signing key is', () => {
    expect(EncryptionKey.from(SIGNING_KEY).publicKey).toEqual(key.publicKey);
    const other = EncryptionKey.from(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
    expect(other.publicKey).not.toEqual(key.publicKey);
    expect(other.id).not.toBe(key.id);
  });
});
