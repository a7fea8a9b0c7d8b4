import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../contracts/principal.js';
import { RevocationList } from './revocation-list.js';
import type { Revocation } from './revocation.js';

const ADA: Principal = {
  id: 'ada',
  tenant: 'acme',
  role: 'user',
  scopes: ['read'],
  device: 'phone',
  credential: { kind: 'token', id: 'jti-1', issuedAt: 10_000, grant: 'consent' },
};

const meets = (revocation: Revocation, principal = ADA): boolean => {
  const list = new RevocationList();
  list.add(revocation);
  return list.meets(principal, principal.credential?.issuedAt);
};

describe(RevocationList.name, () => {
  it.each<[Revocation['kind'], string]>([
    ['principal', 'ada'],
    ['device', 'phone'],
    ['credential', 'jti-1'],
    ['grant', 'consent'],
  ])('meets by %s, in its tenant only', (kind, id) => {
    expect(meets({ kind, id, tenant: 'acme' })).toBe(true);
    expect(meets({ kind, id, tenant: 'other' })).toBe(false);
    expect(meets({ kind, id: `${id}x`, tenant: 'acme' })).toBe(false);
  });

  it('meets an API key by its id', () => {
    const holder: Principal = { ...ADA, credential: { kind: 'api_key', id: 'key-1' } };
    expect(meets({ kind: 'api_key', id: 'key-1', tenant: 'acme' }, holder)).toBe(true);
  });

  it('spares what is issued later', () => {
    const revocation = { kind: 'principal', id: 'ada', tenant: 'acme' } as const;
    expect(meets({ ...revocation, issuedBeforeMs: 10_001 })).toBe(true);
    expect(meets({ ...revocation, issuedBeforeMs: 10_000 })).toBe(false);
  });

  it('tells from when on somebody is believed again', () => {
    const list = new RevocationList();
    list.add({ kind: 'principal', id: 'ada', tenant: 'acme', issuedBeforeMs: 20_000 });
    expect(list.goodFromMs(ADA)).toBe(20_000);
    expect(list.meets(ADA, 20_000)).toBe(false);
    expect(list.goodFromMs({ id: 'ada', tenant: 'other' })).toBeUndefined();
  });

  it('keeps of two about the same what both mean together, and tells whether it has learned anything', () => {
    const list = new RevocationList();
    const about = { kind: 'principal', id: 'ada', tenant: 'acme' } as const;
    expect(list.add({ ...about, issuedBeforeMs: 20_000, untilMs: 50_000 })).toBe(true);
    expect(list.add({ ...about, issuedBeforeMs: 5_000, untilMs: 40_000 })).toBe(false);
    expect(list.meets(ADA, 19_999)).toBe(true);
    expect(list.meets(ADA, 20_000)).toBe(false);
    expect(list.add(about)).toBe(true);
    expect(list.meets(ADA, 20_000)).toBe(true);
    list.forget(1e15);
    expect(list.size).toBe(1);
  });

  it('forgets what can meet nothing any more', () => {
    const list = new RevocationList();
    list.add({ kind: 'credential', id: 'jti-1', tenant: 'acme', untilMs: 1_000 });
    list.forget(999);
    expect(list.size).toBe(1);
    list.forget(1_000);
    expect(list.size).toBe(0);
  });
});
