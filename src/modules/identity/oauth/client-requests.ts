import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerAddress } from '../../../common/http/caller-address.js';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { AppConfig } from '../../../config/index.js';
import { FailedAttempts } from '../gate/failed-attempts.js';
import { OAuthServer } from './oauth-server.js';

/** RFC 6749, section 5.2: `invalid_client`. */
const UNAUTHORIZED = 401;

/** What clients ask, who may have to show a secret. Wrong ones count for an address as all wrong credentials do. */
@Injectable()
export class ClientRequests {
  private readonly networks: TrustedNetworks;

  constructor(
    @Inject(OAuthServer) private readonly server: OAuthServer,
    @Inject(FailedAttempts) private readonly failures: FailedAttempts,
    @Inject(AppConfig) { http }: AppConfig,
  ) {
    this.networks = new TrustedNetworks(http.trustedNetworks);
  }

  /** Rejects with `rate_limit_exceeded` where the address has to wait; else the server answers. */
  async answer(
    url: string,
    request: FastifyRequest,
    reply: FastifyReply,
    form: URLSearchParams,
  ): Promise<void> {
    const shown = shownIn(request, form);
    if (shown === undefined) return this.server.answer(request, reply, { url, form });
    const address = callerAddress(request.raw, this.networks);
    const refusal = this.failures.refusalOf(address);
    if (refusal !== undefined) throw refusal;
    // Before it is looked at, so that guesses at the same time count too.
    const suspicion = this.failures.suspect(address, shown);
    try {
      await this.server.answer(request, reply, { url, form });
    } finally {
      if (reply.raw.statusCode === UNAUTHORIZED) suspicion.confirm();
      else suspicion.drop();
    }
  }
}

/** What a client says to prove itself, whichever way (RFC 6749, section 2.3.1). */
function shownIn({ headers }: FastifyRequest, form: URLSearchParams): string | undefined {
  if (headers.authorization !== undefined) return headers.authorization;
  const secret = form.get('client_secret');
  return secret === null ? undefined : `${form.get('client_id') ?? ''}\n${secret}`;
}
