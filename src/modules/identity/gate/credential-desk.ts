import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Verdict } from '../../../common/http/gatekeeper.js';
import type { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import type { Principal } from '../../../contracts/principal.js';
import { StreamTickets } from '../tickets/stream-tickets.js';
import { EXPIRED, refused } from '../tokens/refused-token.js';
import { TokenReader } from '../tokens/token-reader.js';
import { callerAddress } from '../../../common/http/caller-address.js';
import { CredentialCache } from './credential-cache.js';
import { CredentialReaders } from './credential-readers.js';
import { FailedAttempts, tooManyFailures } from './failed-attempts.js';
import { isJwt } from './shown-credential.js';

/** Finds out whose a credential is: from memory where it was seen a moment ago, else from whoever knows its kind. */
@Injectable()
export class CredentialDesk {
  private readonly cache = new CredentialCache();
  /** Looks under way: many requests at once with the same credential ask once. */
  private readonly pending = new Map<string, Promise<Verdict>>();
  private readonly clock = SYSTEM_CLOCK;

  constructor(
    @Inject(TokenReader) private readonly tokens: TokenReader,
    @Inject(StreamTickets) private readonly tickets: StreamTickets,
    @Inject(CredentialReaders) private readonly readers: CredentialReaders,
    @Inject(FailedAttempts) private readonly failures: FailedAttempts,
  ) {}

  find(token: string): Principal | undefined {
    return this.cache.find(token, this.clock.now());
  }

  takeTicket(ticket: string): Promise<Verdict> {
    return this.tickets.take(ticket);
  }

  /** An address that has guessed too often is not listened to, but for signatures, which cannot be guessed. */
  async read(head: IncomingMessage, token: string, networks: TrustedNetworks): Promise<Verdict> {
    const address = callerAddress(head, networks);
    const waitS = this.failures.waitS(address);
    if (waitS !== undefined && !isJwt(token)) return tooManyFailures(waitS);
    const verdict = await this.readOnce(head, token);
    if (!(verdict instanceof GatewayError) || verdict.code !== 'unauthorized') return verdict;
    // Its signature was good: nobody has guessed anything.
    if (verdict.message === EXPIRED) return verdict;
    if (waitS !== undefined) return tooManyFailures(waitS);
    this.failures.count(address, token);
    return verdict;
  }

  private readOnce(head: IncomingMessage, token: string): Promise<Verdict> {
    const running = this.pending.get(token);
    if (running !== undefined) return running;
    const verdict = this.lookUp(head, token).finally(() => this.pending.delete(token));
    this.pending.set(token, verdict);
    return verdict;
  }

  private async lookUp(head: IncomingMessage, token: string): Promise<Verdict> {
    const reader = this.readers.findFor(token);
    const verdict = await (reader?.read(head, { token }) ??
      (isJwt(token) ? this.tokens.read(token) : refused()));
    const now = this.clock.now();
    if (!(verdict instanceof GatewayError)) this.cache.keep(token, verdict, now);
    else if (verdict.code === 'dependency_unavailable') return this.cache.findStale(token, now) ?? verdict;
    else this.cache.forget(token);
    return verdict;
  }
}
