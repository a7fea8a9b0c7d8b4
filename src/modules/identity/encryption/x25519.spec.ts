import { describe, expect, it } from 'vitest';
import { agree, rawPublicKeyOf, toPrivateKey } from './x25519.js';

const bytes = (hex: string) => Buffer.from(hex, 'hex');

/** RFC 7748, section 6.1. */
const ALICE = toPrivateKey(bytes('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a'));
const BOB = toPrivateKey(bytes('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb'));

describe('X25519', () => {
  it('knows the public keys of RFC 7748', () => {
    expect([ALICE, BOB].map((key) => rawPublicKeyOf(key).toString('hex'))).toEqual([
      '8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a',
      'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f',
    ]);
  });

  it('agrees on the secret of RFC 7748', () => {
    const secret = bytes('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742');
    expect(agree(ALICE, rawPublicKeyOf(BOB))).toEqual(secret);
    expect(agree(BOB, rawPublicKeyOf(ALICE))).toEqual(secret);
  });

  it.each([
    ['zero', '00'.repeat(32)],
    ['one', `01${'00'.repeat(31)}`],
    ['a point of order eight', 'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
    ['p', `ed${'ff'.repeat(30)}7f`],
  ])('agrees on nothing with %s', (_, point) => {
    expect(agree(ALICE, bytes(point))).toBeUndefined();
  });
});
