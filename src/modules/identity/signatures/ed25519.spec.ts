import { describe, expect, it } from 'vitest';
import { isSignedBy } from './ed25519.js';
import { Signer } from './testing/signer.js';

const L = 2n ** 252n + 27742317777372353535851937790883648493n;
/** RFC 8032, section 7.1: secret key, public key, message, signature. */
const VECTORS = [
  [
    '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    '',
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  ],
  [
    '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    '72',
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  ],
] as const;
const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** The same second half once more around: a mathematician's equal, and another spelling. */
function plusL(signature: Buffer, times: bigint): Buffer {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString('hex')}`) + times * L;
  const half = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
  return Buffer.concat([signature.subarray(0, 32), half]);
}

describe(isSignedBy.name, () => {
  it.each(VECTORS)('agrees with the vector of secret key %s', (secret, key, message, signature) => {
    expect(isSignedBy(bytes(key), bytes(message), bytes(signature))).toBe(true);
    const signer = Signer.of(secret);
    expect(signer.publicKey).toBe(bytes(key).toString('base64url'));
    expect(signer.sign(bytes(message)).toString('hex')).toBe(signature);
  });

  const signer = Signer.generate();
  const message = Buffer.from('The quick brown fox');
  const signature = signer.sign(message);

  it('takes what the key has signed', () => {
    expect(isSignedBy(signer.rawKey, message, signature)).toBe(true);
  });

  it('refuses a signature in which any one bit differs', () => {
    for (let bit = 0; bit < 512; bit += 1) {
      const wrong = Buffer.from(signature);
      wrong[bit >> 3]! ^= 1 << (bit & 7);
      expect([bit, isSignedBy(signer.rawKey, message, wrong)]).toEqual([bit, false]);
    }
  });

  it.each([1n, 2n, 3n, 7n, 14n])('refuses S + %i L', (times) => {
    expect(isSignedBy(signer.rawKey, message, plusL(signature, times))).toBe(false);
  });

  it.each([
    ['63 bytes', signature.subarray(0, 63)],
    ['65 bytes', Buffer.concat([signature, Buffer.alloc(1)])],
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(64)],
    ['ones', Buffer.alloc(64, 255)],
    ['R alone', Buffer.concat([signature.subarray(0, 32), Buffer.alloc(32)])],
    ['its halves exchanged', Buffer.concat([signature.subarray(32), signature.subarray(0, 32)])],
  ])('refuses %s', (_, wrong) => {
    expect(isSignedBy(signer.rawKey, message, wrong)).toBe(false);
  });

  it('refuses another message and another key', () => {
    expect(isSignedBy(signer.rawKey, Buffer.from('The quick brown fix'), signature)).toBe(false);
    expect(isSignedBy(Signer.generate().rawKey, message, signature)).toBe(false);
  });
});
