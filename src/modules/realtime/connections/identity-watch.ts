import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { Revocations } from '../../identity/index.js';
import { ConnectionManager } from './connection-manager.js';

const LOOK_EVERY_MS = 500;

/** Ends connections with the credential they were opened with: when it expires, and when it is revoked. */
@Injectable()
export class IdentityWatch implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(ConnectionManager) private readonly manager: ConnectionManager,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
    this.revocations.onRevoked(() => this.look());
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Also finds those that came in while they were revoked. */
  look(now: number = SYSTEM_CLOCK.now()): void {
    for (const connection of this.manager.all) {
      const { credential } = connection.principal;
      if (credential === undefined) continue;
      if ((credential.expiresAt ?? Infinity) <= now) connection.expel(ended('has expired'));
      else if (this.revocations.isRevoked(connection.principal)) connection.expel(ended('was revoked'));
    }
  }
}

const ended = (how: string): GatewayError => new GatewayError('unauthorized', `The credential ${how}.`);
