import type { Principal } from '../../contracts/principal.js';

/**
 * Whether the caller may know of what belongs to `owner`. Whoever has a credential is nobody without one, whatever name the
 * credential gives.
 */
export const isOwn = (owner: Pick<Principal, 'id' | 'tenant' | 'role'>, caller: Principal): boolean =>
  owner.tenant === caller.tenant &&
  (caller.role === 'admin' ||
    (owner.id === caller.id && (owner.role === 'anonymous') === (caller.role === 'anonymous')));
