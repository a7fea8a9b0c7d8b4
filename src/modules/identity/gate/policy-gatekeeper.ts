import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { AccessPolicy } from '../../../common/http/access-policy.js';
import { Gatekeeper, type Verdict } from '../../../common/http/gatekeeper.js';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { AppConfig } from '../../../config/index.js';
import { ANONYMOUS } from '../../../contracts/principal.js';

/** Lets callers in by the policy of what they ask for, their credential, and where they come from. */
@Injectable()
export class PolicyGatekeeper extends Gatekeeper {
  private readonly networks: TrustedNetworks;
  private readonly requireAll: boolean;

  constructor(@Inject(AppConfig) { http }: AppConfig) {
    super();
    this.networks = new TrustedNetworks(http.trustedNetworks);
    this.requireAll = http.authRequireAll;
  }

  identify(head: IncomingMessage, policy: AccessPolicy): Verdict | Promise<Verdict> {
    if (policy === 'pub' || (this.networks.isTrusted(head) && !this.requireAll)) return ANONYMOUS;
    return new GatewayError('unauthorized', 'Authentication required. Please provide a valid Bearer token');
  }
}
