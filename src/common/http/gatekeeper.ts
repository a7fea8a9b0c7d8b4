import type { IncomingMessage } from 'node:http';
import { ANONYMOUS, type Principal } from '../../contracts/principal.js';
import { GatewayError } from '../errors/gateway.error.js';
import type { AccessPolicy } from './access-policy.js';
import { TrustedNetworks } from './trusted-networks.js';

/** Decides from the head of a request who is asking, and whether a policy lets them in: for requests and for upgrades. */
export class Gatekeeper {
  private readonly networks: TrustedNetworks;

  constructor(
    trustedNetworks: readonly string[],
    private readonly requireAll: boolean,
  ) {
    this.networks = new TrustedNetworks(trustedNetworks);
  }

  identify(request: IncomingMessage, policy: AccessPolicy): Principal | GatewayError {
    if (policy === 'pub' || (this.networks.isTrusted(request) && !this.requireAll)) return ANONYMOUS;
    return new GatewayError('unauthorized', 'Authentication required. Please provide a valid Bearer token');
  }
}
