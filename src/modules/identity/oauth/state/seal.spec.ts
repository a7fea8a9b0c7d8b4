import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Seal } from './seal.js';

const key = () => generateKeyPairSync('ed25519').privateKey;

describe(Seal, () => {
  it('is the same for all who have the signing key', () => {
    const shared = key();
    const [one, other] = [new Seal(shared), new Seal(shared)];
    expect(other.open(one.seal({ jti: 'x' }, 'Session:1'), 'Session:1')).toEqual({ jti: 'x' });
    expect([other.cookieKey, other.formToken('a'), other.pseudonym('b')]).toEqual([
      one.cookieKey,
      one.formToken('a'),
      one.pseudonym('b'),
    ]);
  });

  it('opens nothing that was sealed by another key, about something else, or changed', () => {
    const seal = new Seal(key());
    const sealed = seal.seal({ jti: 'x' }, 'Session:1');
    expect(new Seal(key()).open(sealed, 'Session:1')).toBeUndefined();
    expect(seal.open(sealed, 'Session:2')).toBeUndefined();
    for (const index of [0, 15, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[index] = changed[index]! ^ 1;
      expect(seal.open(changed, 'Session:1')).toBeUndefined();
    }
    expect(seal.open(Buffer.alloc(3), 'Session:1')).toBeUndefined();
  });

  it('does not show what it seals', () => {
    expect(new Seal(key()).seal({ jti: 'a-long-secret' }, 'x').toString('latin1')).not.toContain(
      'a-long-secret',
    );
  });
});
