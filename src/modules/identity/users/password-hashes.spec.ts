import { describe, expect, it } from 'vitest';
import { PasswordHashes } from './password-hashes.js';

describe(PasswordHashes, () => {
  const hashes = new PasswordHashes();

  it('knows a password again, however its accents were composed', async () => {
    const stored = await hashes.hash('caf\u00e9 au lait, s.v.p.');
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hashes.matches(stored, 'cafe\u0301 au lait, s.v.p.')).toBe(true);
    expect(await hashes.matches(stored, 'cafe au lait, s.v.p.')).toBe(false);
    expect(await hashes.matches(undefined, 'whatever it is')).toBe(false);
  });

  it('lets so many wait and turns the others away, and everybody who waited gets their turn', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 80 }, () => hashes.matches(undefined, 'x')),
    );
    const refused = outcomes.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(80 - 2 - 64);
    expect((refused[0] as PromiseRejectedResult).reason).toMatchObject({
      code: 'server_busy',
      retryAfterS: 2,
    });
    expect(await hashes.matches(undefined, 'x')).toBe(false);
  }, 60_000);
});
