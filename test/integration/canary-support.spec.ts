import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Canaries } from './canary-support.js';

const SECRET = 'p&ss "word"/+1';

describe(Canaries, () => {
  it.each<[string, (secret: string) => string]>([
    ['as it is', (secret) => secret],
    ['in a query', (secret) => encodeURIComponent(secret)],
    ['in JSON', (secret) => JSON.stringify({ secret })],
    ['in base64', (secret) => Buffer.from(secret).toString('base64')],
    ['in base64url', (secret) => Buffer.from(secret).toString('base64url')],
    ['in a column of bytes', (secret) => `\\x${Buffer.from(secret).toString('hex')}`],
    ['as a digest without a key', (secret) => createHash('sha256').update(secret).digest('base64url')],
  ])('are found %s', (_, spell) => {
    const canaries = new Canaries();
    canaries.keep('password', SECRET);
    canaries.keep('another', 'something else');
    expect(canaries.foundIn(`before ${spell(SECRET)} after`)).toEqual(['password']);
    expect(canaries.foundIn('before and after')).toEqual([]);
  });

  it('are found by the signature of a token alone', () => {
    const canaries = new Canaries();
    canaries.keep('token', 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl');
    expect(canaries.foundIn('"c2lnbmF0dXJl"')).toEqual(['token']);
  });

  it('are found as numbers where they stand alone', () => {
    const canaries = new Canaries();
    canaries.keep('code', '12345678');
    expect(canaries.foundIn('code: 12345678.')).toEqual(['code']);
    expect(canaries.foundIn('at 1234567890123, id a12345678')).toEqual([]);
  });

  it('have to be long enough to be told from other text', () => {
    expect(() => new Canaries().keep('code', '12345')).toThrow('too short');
  });
});
