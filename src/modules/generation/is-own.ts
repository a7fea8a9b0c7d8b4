import type { Principal } from '../../contracts/principal.js';

/** Whether the caller may know of what belongs to `owner`. */
export const isOwn = (owner: Principal, caller: Principal): boolean =>
  owner.tenant === caller.tenant && (owner.id === caller.id || caller.role === 'admin');
