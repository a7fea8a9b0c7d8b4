import type { Principal } from '../../contracts/principal.js';
import { GatewayError } from '../errors/gateway.error.js';

const SHARE = 1 / 4;
const RETRY_AFTER_S = 5;

/** Something that is held open, and by whom. */
interface Held {
  readonly principal: Principal;
}

/** Of what there are so many for all. */
export interface Places {
  readonly most: number;
  readonly held: Iterable<Held>;
}

/**
 * Why a caller may not hold one more: nobody takes more than a quarter, so nobody shuts out the others. Those whom a trusted
 * network lets in without a credential are many.
 */
export function overOwnShare(caller: Principal, { most, held }: Places): GatewayError | undefined {
  if (caller.role === 'anonymous') return undefined;
  const own = Math.max(1, Math.floor(most * SHARE));
  let count = 0;
  for (const { principal } of held)
    if (principal.tenant === caller.tenant && principal.id === caller.id) count += 1;
  if (count < own) return undefined;
  return new GatewayError('rate_limit_exceeded', `One caller holds ${own} of these open at most.`, {
    retryAfterS: RETRY_AFTER_S,
  });
}
