import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { toKeyObject, toRawKey } from './ed25519.js';
import { parsePublicKey } from './public-key.js';

const pair = generateKeyPairSync('ed25519');
const raw = toRawKey(pair.publicKey);
const pem = pair.publicKey.export({ format: 'pem', type: 'spki' }).toString();

/** Every point whose order divides 8, and then the other spellings of them that 255 bits leave room for. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
];
const OTHER_SPELLINGS = [
  '0100000000000000000000000000000000000000000000000000000000000080',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
  'ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
];
const hex = (text: string) => Buffer.from(text, 'hex').toString('base64');

describe(parsePublicKey.name, () => {
  it.each([
    ['base64', raw.toString('base64')],
    ['base64url', raw.toString('base64url')],
    ['PEM', pem],
    ['PEM without the last line break', pem.trim()],
  ])('reads %s', (_, text) => {
    expect(parsePublicKey(text)).toEqual(raw);
  });

  it('takes whatever key is made', () => {
    for (let made = 0; made < 50; made += 1) {
      const key = toRawKey(generateKeyPairSync('ed25519').publicKey);
      expect(parsePublicKey(key.toString('base64url'))).toEqual(key);
      expect(toRawKey(toKeyObject(key))).toEqual(key);
    }
  });

  it.each(SMALL_ORDER)('refuses the point of small order %s', (point) => {
    expect(parsePublicKey(hex(point))).toBeUndefined();
  });

  it.each(OTHER_SPELLINGS)('refuses the other spelling %s', (point) => {
    expect(parsePublicKey(hex(point))).toBeUndefined();
  });

  it.each([
    ['what is not on the curve', hex(`02${'00'.repeat(31)}`)],
    ['31 bytes', raw.subarray(1).toString('base64')],
    ['33 bytes', Buffer.concat([raw, Buffer.alloc(1)]).toString('base64')],
    ['a secret key', pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
    [
      'another kind of key',
      generateKeyPairSync('x25519').publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    ],
    [
      'an RSA key',
      generateKeyPairSync('rsa', { modulusLength: 2048 })
        .publicKey.export({ format: 'pem', type: 'spki' })
        .toString(),
    ],
    ['two keys', pem + pem],
    ['PEM of nothing', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'],
    ['nothing', ''],
  ])('refuses %s', (_, text) => {
    expect(parsePublicKey(text)).toBeUndefined();
  });
});
