import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Principal } from '../../../contracts/principal.js';
import { visibleTo } from './visible-rows.js';

const principal = (role: Principal['role']): Principal => ({ id: 'ada', tenant: 'acme', role, scopes: [] });

describe(visibleTo.name, () => {
  it('shows an administrator all of the tenant', () => {
    expect(visibleTo(principal('admin'))).toEqual({ tenant: 'acme' });
  });

  it('shows a caller without a name all of the default tenant, and no other', () => {
    expect(visibleTo(ANONYMOUS)).toEqual({ tenant: 'default' });
    expect(visibleTo(principal('anonymous'))).toEqual({ tenant: 'default' });
  });

  it.each(['user', 'premium'] as const)('shows a %s their own', (role) => {
    expect(visibleTo(principal(role))).toEqual({ tenant: 'acme', userId: 'ada' });
  });

  it('takes no scope for a role', () => {
    expect(visibleTo({ ...principal('user'), scopes: ['admin', '*'] })).toEqual({
      tenant: 'acme',
      userId: 'ada',
    });
  });
});
