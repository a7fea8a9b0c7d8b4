import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { AccessPolicy } from '../../../common/http/access-policy.js';
import type { Role } from '../../../contracts/principal.js';
import { findObstacle } from './require-rights.js';

const GET = { method: 'GET', headers: {} } as IncomingMessage;

describe(findObstacle.name, () => {
  it.each<[AccessPolicy, Role, string | undefined]>([
    ['jwt', 'user', undefined],
    ['premium', 'user', 'forbidden'],
    ['premium', 'premium', undefined],
    ['premium', 'admin', undefined],
    ['admin', 'user', 'forbidden'],
    ['admin', 'premium', 'forbidden'],
    ['admin', 'admin', undefined],
  ])('of a route that is %s, for a %s: %s', (policy, role, code) => {
    const caller = { id: 'ada', tenant: 'default', role, scopes: ['read'] as const };
    expect(findObstacle(GET, { policy }, caller)?.code).toBe(code);
  });
});
