import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerAddress } from '../../../common/http/caller-address.js';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { AppConfig } from '../../../config/index.js';
import { FailedAttempts } from '../gate/failed-attempts.js';

/** Keeps the secrets of clients from being guessed: wrong ones count for an address as all wrong credentials do. */
@Injectable()
export class ClientAttempts {
  private readonly networks: TrustedNetworks;

  constructor(
    @Inject(FailedAttempts) private readonly failures: FailedAttempts,
    @Inject(AppConfig) { http }: AppConfig,
  ) {
    this.networks = new TrustedNetworks(http.trustedNetworks);
  }

  /** Rejects with `rate_limit_exceeded` where the address has to wait; else `answer` says whether it was right. */
  async guard(
    { raw }: FastifyRequest,
    reply: FastifyReply,
    { form, answer }: { readonly form: URLSearchParams; readonly answer: () => Promise<void> },
  ): Promise<void> {
    const secret = raw.headers.authorization ?? form.get('client_secret');
    if (secret === null) return answer();
    const address = callerAddress(raw, this.networks);
    const refusal = this.failures.refusalOf(address);
    if (refusal !== undefined) throw refusal;
    await answer();
    if (reply.raw.statusCode === UNAUTHORIZED) this.failures.count(address, secret);
  }
}

/** RFC 6749, section 5.2: `invalid_client`. */
const UNAUTHORIZED = 401;
