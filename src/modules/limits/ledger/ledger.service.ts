import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { RedisConnection } from '../../../infrastructure/redis/index.js';
import { amountOf, type Claim, type Counter, type Standing, type Verdict } from './claim.js';
import { LocalLedger } from './local-ledger.js';
import { SharedLedger, type Held } from './shared-ledger.js';

/** What was got. It is held until it is settled. */
export interface Holding {
  readonly granted: number;
  readonly standings: readonly Standing[];
  /** Takes what each counter was used for, in their order. Only the first call counts. */
  settle(used: readonly number[]): void;
}

export type Refusal = Extract<Verdict, { refused: string }>;

/** Held here, because Redis was away when it began. */
interface HeldLocally extends Held {
  readonly ledger: LocalLedger;
}

interface Unsettled {
  readonly held: Held;
  readonly used: readonly number[];
  /** Until then a lease that is not there any more was settled. */
  readonly leaseEndsAt: number;
}

const NOTHING: ReadonlyMap<number, number> = new Map();
const MANY_SEEN = 10_000;

/**
 * Who holds how much. Redis decides for all replicas; without one this process does, and while it is away each replica of
 * its share of what was left.
 */
@Injectable()
export class Ledger implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(Ledger.name);
  private readonly shared: SharedLedger;
  private readonly leaseMs: number;
  private readonly replicas: number;
  private local: LocalLedger;
  private readonly held = new Map<string, Held>();
  private readonly heldLocally = new Map<string, HeldLocally>();
  /** What could not be told to Redis. */
  private unsettled: Unsettled[] = [];
  /** How counters stood when Redis last said so. */
  private readonly seen = new Map<string, Standing>();
  private renewal: NodeJS.Timeout | undefined;
  private told: 'shared' | 'local' = 'shared';

  constructor(
    @Inject(AppConfig) { limits }: AppConfig,
    @Inject(RedisConnection) private readonly redis: RedisConnection,
  ) {
    this.leaseMs = limits.leaseMs;
    this.replicas = limits.replicas;
    this.shared = new SharedLedger(redis, limits.leaseMs);
    this.local = this.newLocal();
  }

  onModuleInit(): void {
    if (!this.redis.configured) return;
    this.redis.onReturn(() => void this.returned());
    this.renewal = setInterval(() => void this.renew(), this.leaseMs / 3).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.renewal);
  }

  /** Answers at once where this process decides and knows all it has to. Never rejects. */
  reserve(claim: Claim): Holding | Refusal | Promise<Holding | Refusal> {
    if (this.redis.configured) return this.reserveShared(claim);
    return this.reserveHere(claim);
  }

  /** As far as this process knows. */
  standing(counter: Counter): Standing | undefined {
    return this.redis.configured && this.told === 'shared'
      ? this.seen.get(counter.key)
      : this.local.standing(counter);
  }

  private async reserveShared(claim: Claim): Promise<Holding | Refusal> {
    const lease = randomUUID();
    try {
      if (!this.redis.ready) return await this.reserveAway(claim);
      let verdict = await this.shared.reserve(lease, claim, NOTHING);
      if ('unknown' in verdict) {
        const { unknown } = verdict;
        const used = await Promise.all(unknown.map((at) => claim.counters[at]!.history()));
        const histories = new Map(unknown.map((at, place) => [at, used[place]!]));
        verdict = await this.shared.reserve(lease, claim, histories);
        // It was forgotten in between.
        if ('unknown' in verdict) return await this.reserveAway(claim);
      }
      this.tell('shared');
      this.see(claim, verdict);
      return 'refused' in verdict ? verdict : this.hold(lease, claim, verdict);
    } catch {
      // It may hold the lease nevertheless, which then runs out by itself.
      return this.reserveAway(claim);
    }
  }

  private hold(
    lease: string,
    claim: Claim,
    { granted, standings }: { granted: number; standings: readonly Standing[] },
  ): Holding {
    this.held.set(lease, { lease, claim, reserved: reservedBy(claim, granted) });
    return { granted, standings, settle: (used) => this.settle(lease, used) };
  }

  private async reserveAway(claim: Claim): Promise<Holding | Refusal> {
    this.tell('local');
    return this.reserveHere(claim);
  }

  private reserveHere(claim: Claim): Holding | Refusal | Promise<Holding | Refusal> {
    const { local } = this;
    const unknown = claim.counters.filter((counter) => !local.knows(counter));
    if (unknown.length === 0) return this.reserveIn(local, claim);
    return Promise.all(unknown.map((counter) => this.usedBefore(counter))).then((used) => {
      for (const [at, counter] of unknown.entries()) local.open(counter, used[at]!);
      return this.reserveIn(local, claim);
    });
  }

  /** What Redis last said may be more than what was put down, as what is reserved is. */
  private async usedBefore(counter: Counter): Promise<number> {
    const seen = this.seen.get(counter.key);
    const history = await counter.history().catch(() => 0);
    return seen === undefined ? history : Math.max(history, counter.limit - seen.left);
  }

  private reserveIn(ledger: LocalLedger, claim: Claim): Holding | Refusal {
    const verdict = ledger.reserve(claim);
    if ('refused' in verdict) return verdict;
    const { granted, standings } = verdict;
    const lease = randomUUID();
    this.heldLocally.set(lease, { lease, claim, reserved: reservedBy(claim, granted), ledger });
    return { granted, standings, settle: (used) => this.settle(lease, used) };
  }

  private settle(lease: string, used: readonly number[]): void {
    const here = this.heldLocally.get(lease);
    if (here !== undefined) {
      this.heldLocally.delete(lease);
      here.ledger.settle(here.claim, here.reserved, used);
      if (this.redis.configured) this.owe({ held: here, used, leaseEndsAt: 0 });
      return;
    }
    const held = this.held.get(lease);
    if (held === undefined) return;
    this.held.delete(lease);
    const leaseEndsAt = performance.now() + this.leaseMs / 2;
    this.shared.settle(held, used, false).catch(() => this.owe({ held, used, leaseEndsAt }));
  }

  private owe(unsettled: Unsettled): void {
    this.unsettled.push(unsettled);
    if (this.redis.ready) void this.payOff();
  }

  private async payOff(): Promise<void> {
    const all = this.unsettled;
    this.unsettled = [];
    for (const each of all) {
      const { held, used, leaseEndsAt } = each;
      // Whether the first try got through is known as long as the lease would still be there.
      const again = performance.now() < leaseEndsAt;
      await this.shared.settle(held, used, again).catch(() => this.unsettled.push(each));
    }
  }

  private async renew(): Promise<void> {
    if (!this.redis.ready) return;
    if (this.unsettled.length > 0) await this.payOff();
    if (this.held.size > 0) await this.shared.renew(this.held.values()).catch(() => undefined);
  }

  /** What was begun meanwhile is held for all to see from now on. */
  private async returned(): Promise<void> {
    for (const [lease, { claim, reserved }] of this.heldLocally)
      this.held.set(lease, { lease, claim, reserved });
    this.heldLocally.clear();
    this.local = this.newLocal();
    await this.renew();
  }

  private see({ counters }: Claim, verdict: Verdict): void {
    if (this.seen.size > MANY_SEEN) this.seen.clear();
    if ('standings' in verdict)
      for (const [at, { key }] of counters.entries()) this.seen.set(key, verdict.standings[at]!);
    else if (verdict.refused === 'counter') this.seen.set(counters[verdict.at]!.key, verdict.standing);
  }

  private newLocal(): LocalLedger {
    return new LocalLedger(this.replicas, () => Date.now());
  }

  private tell(state: 'shared' | 'local'): void {
    if (state === this.told) return;
    this.told = state;
    if (state === 'shared') this.logger.log('budgets and slots are kept in Redis again, for all replicas');
    else this.logger.warn('Redis is away: each replica gives away its share of what is left of budgets');
  }
}

const reservedBy = ({ counters, promptTokens }: Claim, granted: number): number[] =>
  counters.map((counter) => amountOf(counter, promptTokens, granted));
