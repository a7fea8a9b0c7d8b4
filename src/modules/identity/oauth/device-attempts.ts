import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import { AppConfig } from '../../../config/index.js';
import { callerAddress } from '../../../common/http/caller-address.js';
import { Attempts, type AttemptLimit, type AttemptSubject } from '../users/index.js';

const MINUTE_S = 60;
const PER_SESSION: AttemptLimit = { kind: 'device-session', most: 5, withinS: 10 * MINUTE_S };
const PER_ADDRESS: AttemptLimit = { kind: 'device-address', most: 10, withinS: MINUTE_S };
const NEW_CODES: AttemptLimit = { kind: 'device-codes', most: 60, withinS: MINUTE_S };
const TOO_MANY = 'Too many wrong codes; come back later.';
/** Addresses and browsers belong to no tenant. */
const ALL = '*';

/** Keeps codes that people type from being guessed: wrong ones are counted per session and per address. */
@Injectable()
export class DeviceAttempts {
  private readonly networks: TrustedNetworks;

  constructor(
    @Inject(Attempts) private readonly attempts: Attempts,
    @Inject(AppConfig) { http }: AppConfig,
  ) {
    this.networks = new TrustedNetworks(http.trustedNetworks);
  }

  /** Throws `rate_limit_exceeded` when too many were wrong. `look` tells whether this one is right. */
  async guard<T>(request: FastifyRequest, session: string | undefined, look: () => Promise<T | undefined>) {
    const limits: [AttemptLimit, AttemptSubject][] = [[PER_ADDRESS, this.originOf(request)]];
    if (session !== undefined)
      limits.push([
        PER_SESSION,
        { tenant: ALL, subject: createHash('sha256').update(session).digest('hex') },
      ]);
    for (const [limit, who] of limits) await this.attempts.count(limit, who, TOO_MANY);
    const found = await look();
    if (found !== undefined) for (const [limit, who] of limits) await this.attempts.giveBack(limit, who);
    return found;
  }

  /** Bounds how many codes an address lets be made. */
  countNew(request: FastifyRequest): Promise<void> {
    return this.attempts.count(NEW_CODES, this.originOf(request), 'Too many device codes; come back later.');
  }

  private originOf({ raw }: FastifyRequest): AttemptSubject {
    return { tenant: ALL, subject: callerAddress(raw, this.networks) };
  }
}
