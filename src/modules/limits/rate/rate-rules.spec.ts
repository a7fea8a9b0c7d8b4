import { describe, expect, it } from 'vitest';
import type { RateLimitConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { RateRules } from './rate-rules.js';

describe(RateRules.name, () => {
  const rules = new RateRules({
    perMinute: { anonymous: 1, user: 2, premium: 3, admin: 4 },
    devicePerMinute: 5,
    endpoints: new Map([['GET /x', 6]]),
    agents: new Map([['a', 7]]),
  } as unknown as RateLimitConfig);
  const of = (tenant: string, id: string): Principal => ({
    tenant,
    id,
    role: 'user',
    scopes: [],
    device: 'd',
  });

  it('counts nobody with somebody else, whatever their names are made of', () => {
    const [one, other] = [of('a:b', 'c'), of('a', 'b:c')];
    const keys = [one, other, of('a', 'b:c:GET /x')].flatMap((principal) =>
      [
        rules.forCaller(principal, 'GET /'),
        rules.forCaller(principal, 'GET /x'),
        rules.forAgent(principal, 'a')!,
      ]
        .flat()
        .map(({ key }) => key)
        .filter((key) => !key.includes('device')),
    );
    expect(new Set(keys).size).toBe(9);
  });
});
