import { describe, expect, it } from 'vitest';
import type { Principal } from '../../../contracts/principal.js';
import { CredentialCache } from './credential-cache.js';

const holder = (expiresAt?: number): Principal => ({
  id: 'ada',
  tenant: 'default',
  role: 'user',
  scopes: [],
  credential: { kind: 'api_key', id: 'key', ...(expiresAt !== undefined && { expiresAt }) },
});

describe(CredentialCache.name, () => {
  it('knows a credential for half a minute, and for another one where nobody can be asked', () => {
    const cache = new CredentialCache();
    cache.keep('secret', holder(), 0);
    expect([cache.find('secret', 29_999)?.id, cache.find('secret', 30_000)]).toEqual(['ada', undefined]);
    expect([cache.findStale('secret', 59_999)?.id, cache.findStale('secret', 60_000)]).toEqual([
      'ada',
      undefined,
    ]);
  });

  it('knows none beyond its end', () => {
    const cache = new CredentialCache();
    cache.keep('secret', holder(5_000), 0);
    expect([cache.find('secret', 4_999)?.id, cache.find('secret', 5_000)]).toEqual(['ada', undefined]);
    expect(cache.findStale('secret', 5_000)).toBeUndefined();
  });

  it('lets the oldest go when there are too many', () => {
    const cache = new CredentialCache();
    for (let index = 0; index <= 10_000; index++) cache.keep(`secret ${index}`, holder(), 0);
    expect([cache.find('secret 0', 1), cache.find('secret 1', 1)?.id]).toEqual([undefined, 'ada']);
  });
});
