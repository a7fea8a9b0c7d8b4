import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { type User, USER_ROLES } from './user.js';

/** Throws where a credential lets its user do less than they may: what they let in by it would get all of that. */
export function requireFullPower({ role }: Principal, user: User): void {
  if (USER_ROLES.indexOf(role as User['role']) >= USER_ROLES.indexOf(user.role)) return;
  throw new GatewayError('forbidden', 'The credential has a lesser role than its user.');
}
