import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { Revocations } from './revocations.js';

const LOOK_EVERY_MS = 500;

/** Who is connected by a credential, for as long as they like. */
export interface Guest {
  readonly principal: Principal;
  expel(error: GatewayError): void;
}

/** Those who are connected in one way. */
export interface Guests {
  readonly all: Iterable<Guest>;
}

/** Ends connections with the credential they were opened with: when it expires, and when it is revoked. */
@Injectable()
export class IdentityWatch implements OnModuleInit, OnModuleDestroy {
  private readonly everybody: Guests[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(@Inject(Revocations) private readonly revocations: Revocations) {}

  onModuleInit(): void {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    this.revocations.onRevoked(() => this.look());
  }

  watch(guests: Guests): void {
    this.everybody.push(guests);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Also finds those that came in while they were revoked. */
  look(now: number = SYSTEM_CLOCK.now()): void {
    for (const { all } of this.everybody) for (const guest of all) this.lookAt(guest, now);
  }

  private lookAt(guest: Guest, now: number): void {
    const { credential } = guest.principal;
    if (credential === undefined) return;
    if ((credential.expiresAt ?? Infinity) <= now) guest.expel(ended('has expired'));
    else if (this.revocations.isRevoked(guest.principal)) guest.expel(ended('was revoked'));
  }
}

const ended = (how: string): GatewayError => new GatewayError('unauthorized', `The credential ${how}.`);
