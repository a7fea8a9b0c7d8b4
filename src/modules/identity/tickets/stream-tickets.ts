import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Verdict } from '../../../common/http/gatekeeper.js';
import type { Principal } from '../../../contracts/principal.js';
import { RedisConnection } from '../../../infrastructure/redis/index.js';
import { refused } from '../tokens/refused-token.js';

export const TICKET_LIFETIME_S = 60;
const LIFETIME_MS = TICKET_LIFETIME_S * 1000;
const MOST_TICKETS = 100_000;
const RETRY_AFTER_S = 1;
const KEY = 'citadel:ticket:';
const SHAPE = /^tk_[\w-]{43}$/;

interface Kept {
  readonly holder: Principal;
  readonly until: number;
}

/**
 * Tickets for browsers, which cannot set headers on an EventSource and a WebSocket: each lets its holder in once, within
 * a minute. They lie in Redis, where one is configured, so that any replica takes them and only one does.
 */
@Injectable()
export class StreamTickets {
  private readonly kept = new Map<string, Kept>();
  private readonly clock = SYSTEM_CLOCK;

  constructor(@Inject(RedisConnection) private readonly redis: RedisConnection) {}

  async issue(holder: Principal): Promise<string> {
    const ticket = `tk_${randomBytes(32).toString('base64url')}`;
    const name = nameOf(ticket);
    if (this.redis.configured) {
      await this.ask((redis) => redis.set(KEY + name, JSON.stringify(holder), 'PX', LIFETIME_MS));
      return ticket;
    }
    this.clear();
    this.kept.set(name, { holder, until: this.clock.now() + LIFETIME_MS });
    return ticket;
  }

  /** Whose it is, once. Never rejects. */
  async take(ticket: string): Promise<Verdict> {
    if (!SHAPE.test(ticket)) return refused();
    try {
      const holder = await this.takeByName(nameOf(ticket));
      if (holder?.credential === undefined) return refused();
      // It stands for what it was given for, in limits too, and dies with it.
      const { expiresAt = Infinity } = holder.credential;
      return expiresAt <= this.clock.now() ? refused() : holder;
    } catch (error) {
      if (error instanceof GatewayError) return error;
      throw error;
    }
  }

  private async takeByName(name: string): Promise<Principal | undefined> {
    if (this.redis.configured) {
      const json = await this.ask((redis) => redis.getdel(KEY + name));
      return json === null ? undefined : (JSON.parse(json) as Principal);
    }
    const found = this.kept.get(name);
    this.kept.delete(name);
    return found !== undefined && this.clock.now() < found.until ? found.holder : undefined;
  }

  private async ask<T>(use: Parameters<typeof this.redis.run<T>>[0]): Promise<T> {
    try {
      return await this.redis.run(use);
    } catch (error) {
      throw new GatewayError('dependency_unavailable', 'Tickets cannot be given or taken just now.', {
        cause: error instanceof Error ? error.message : undefined,
        retryAfterS: RETRY_AFTER_S,
      });
    }
  }

  /** The oldest stand first. */
  private clear(): void {
    const now = this.clock.now();
    for (const [name, { until }] of this.kept) {
      if (now < until && this.kept.size < MOST_TICKETS) return;
      this.kept.delete(name);
    }
  }
}

/** Whoever reads the store finds no ticket in it. */
const nameOf = (ticket: string): string => createHash('sha256').update(ticket).digest('base64url');
