import type { Principal } from '../../contracts/principal.js';
import { GatewayError } from '../errors/gateway.error.js';

const RETRY_AFTER_S = 5;

/** Something that is held open, and by whom. */
interface Held {
  readonly principal: Principal;
}

/** How many of all that is held open one caller may hold. */
export interface Share {
  readonly most: number;
  readonly held: Iterable<Held>;
}

/** Why a caller may not hold one more. Those whom a trusted network lets in without a credential are many. */
export function overOwnShare(caller: Principal, { most, held }: Share): GatewayError | undefined {
  if (caller.role === 'anonymous') return undefined;
  let count = 0;
  for (const { principal } of held)
    if (principal.tenant === caller.tenant && principal.id === caller.id) count += 1;
  if (count < most) return undefined;
  return new GatewayError('rate_limit_exceeded', `One caller holds ${most} of these open at most.`, {
    retryAfterS: RETRY_AFTER_S,
  });
}
