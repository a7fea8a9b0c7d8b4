import type { Principal } from '../../contracts/principal.js';
import { GatewayError } from '../errors/gateway.error.js';
import type { Verdict } from './gatekeeper.js';

/** Who has signed and shows another credential too: they may do what both let them. */
export function joinCallers(signer: Verdict, shown: Principal | undefined): Verdict {
  if (signer instanceof GatewayError || shown === undefined) return signer;
  const isSame = signer.id === shown.id && signer.tenant === shown.tenant;
  if (isSame && (shown.device === undefined || shown.device === signer.device))
    return { ...shown, device: signer.device };
  return new GatewayError(
    'signature_invalid',
    'The signature and the other credential are not of one caller.',
  );
}
