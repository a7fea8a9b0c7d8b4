import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { toGatewayError } from '../../../common/errors/to-gateway-error.js';
import type { Access } from '../../../common/http/access-policy.js';
import { Gatekeeper, type ShownCredential, type Verdict } from '../../../common/http/gatekeeper.js';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { AppConfig } from '../../../config/index.js';
import { ANONYMOUS, type Principal } from '../../../contracts/principal.js';
import { Revocations } from '../revocations/revocations.js';
import { refused } from '../tokens/refused-token.js';
import { CredentialDesk } from './credential-desk.js';
import { findObstacle } from './require-rights.js';
import { credentialIn, looksIssued } from './shown-credential.js';

const MISSING = 'Authentication required. Please provide a valid Bearer token';

/** Lets callers in by the policy of what they ask for, their credential, and where they come from. */
@Injectable()
export class PolicyGatekeeper extends Gatekeeper {
  private readonly networks: TrustedNetworks;
  private readonly requireAll: boolean;

  constructor(
    @Inject(AppConfig) { http }: AppConfig,
    @Inject(CredentialDesk) private readonly desk: CredentialDesk,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {
    super();
    this.networks = new TrustedNetworks(http.trustedNetworks);
    this.requireAll = http.authRequireAll;
  }

  identify(head: IncomingMessage, access: Access, elsewhere?: ShownCredential): Verdict | Promise<Verdict> {
    if (access.policy === 'pub') return ANONYMOUS;
    const shown = credentialIn(head, elsewhere);
    if (shown instanceof GatewayError) return shown;
    if (shown.ticket !== undefined) return this.settle(head, access, this.desk.takeTicket(shown.ticket));
    const { token } = shown;
    if (token === undefined || (!looksIssued(token) && this.isTrusted(head, access)))
      return this.isTrusted(head, access)
        ? admitted(head, access, ANONYMOUS)
        : new GatewayError('unauthorized', MISSING);
    const known = this.desk.find(token);
    if (known !== undefined) return this.admit(head, access, known);
    return this.settle(head, access, this.desk.read(head, token, this.networks));
  }

  isShownIn(head: IncomingMessage, elsewhere?: ShownCredential): boolean {
    const shown = credentialIn(head, elsewhere);
    return shown instanceof GatewayError || (shown.token !== undefined && looksIssued(shown.token));
  }

  admit(head: IncomingMessage, access: Access, principal: Principal): Verdict {
    try {
      return this.revocations.isRevoked(principal) ? refused() : admitted(head, access, principal);
    } catch (error) {
      return toGatewayError(error);
    }
  }

  /** Trusted callers need no credential where the policy leaves it to the network. */
  private isTrusted(head: IncomingMessage, access: Access): boolean {
    return access.policy === 'net' && !this.requireAll && this.networks.isTrusted(head);
  }

  private async settle(head: IncomingMessage, access: Access, verdict: Promise<Verdict>): Promise<Verdict> {
    try {
      const found = await verdict;
      return found instanceof GatewayError ? found : this.admit(head, access, found);
    } catch (error) {
      return toGatewayError(error);
    }
  }
}

const admitted = (head: IncomingMessage, access: Access, principal: Principal): Verdict =>
  findObstacle(head, access, principal) ?? principal;
