import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { RedisConnection } from '../../../infrastructure/redis/index.js';
import { amountOf, type Claim, type Counter, type Standing, type Verdict } from './claim.js';
import { Debts } from './debts.js';
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
/** More are not kept each for itself. */
const MANY_UNSETTLED = 1_000;

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
  /** What could not be told to Redis while its lease was there; and what was used beside any. */
  private unsettled: Unsettled[] = [];
  private readonly debts = new Debts();
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

  /**
   * Answers at once where this process decides and knows all it has to. Rejects with `dependency_unavailable` where nobody
   * can tell what was used of a counter before.
   */
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
    let verdict = await this.askShared(lease, claim, NOTHING);
    if (verdict !== undefined && 'unknown' in verdict) {
      const { unknown } = verdict;
      const used = await Promise.all(unknown.map((at) => this.historyOf(claim.counters[at]!)));
      const histories = new Map(unknown.map((at, place) => [at, used[place]!]));
      verdict = await this.askShared(lease, claim, histories);
    }
    // Redis is away, or has forgotten in between.
    if (verdict === undefined || 'unknown' in verdict) return this.reserveAway(claim);
    this.tell('shared');
    this.see(claim, verdict);
    return 'refused' in verdict ? verdict : this.hold(lease, claim, verdict);
  }

  /** Undefined where Redis does not answer. It may hold the lease nevertheless, which then runs out by itself. */
  private async askShared(lease: string, claim: Claim, histories: ReadonlyMap<number, number>) {
    if (!this.redis.ready) return undefined;
    return this.shared.reserve(lease, claim, histories).catch(() => undefined);
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
    const history = await this.historyOf(counter);
    return seen === undefined ? history : Math.max(history, counter.limit - seen.left);
  }

  /** What was put down; while that cannot be read, what Redis last said. */
  private async historyOf(counter: Counter): Promise<number> {
    return counter.history().catch((error: unknown) => {
      const seen = this.seen.get(counter.key);
      if (seen === undefined) throw error;
      return counter.limit - seen.left;
    });
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
      if (this.redis.configured) {
        this.debts.add(here.claim.counters, used);
        this.payOffWhenReady();
      }
      return;
    }
    const held = this.held.get(lease);
    if (held === undefined) return;
    this.held.delete(lease);
    const { claim } = held;
    const leaseEndsAt = performance.now() + this.leaseMs / 2;
    this.shared.settle(held, used, false).catch(() => {
      // Slots alone run out by themselves.
      if (claim.counters.length === 0) return;
      this.unsettled.push({ held, used, leaseEndsAt });
      if (this.unsettled.length > MANY_UNSETTLED) this.sumUp(this.unsettled.shift()!);
      this.payOffWhenReady();
    });
  }

  private payOffWhenReady(): void {
    if (this.redis.ready) void this.payOff();
  }

  private sumUp({ held, used }: Unsettled): void {
    this.debts.add(held.claim.counters, used);
  }

  /** Ends with the first that is not taken: it comes last the next time. */
  private async payOff(): Promise<void> {
    const unsettled = this.unsettled.splice(0);
    for (let each = unsettled.shift(); each !== undefined; each = unsettled.shift()) {
      // Whether the first try got through is known as long as the lease would still be there.
      if (performance.now() >= each.leaseEndsAt) this.sumUp(each);
      else if (!(await this.isTaken(each.held, each.used, true)))
        return void this.unsettled.push(...unsettled, each);
    }
    const debts = [...this.debts.take()];
    for (let debt = debts.shift(); debt !== undefined; debt = debts.shift()) {
      const held = { lease: randomUUID(), claim: claimOf(debt.counter), reserved: [0] };
      if (await this.isTaken(held, [debt.used], false)) continue;
      for (const { counter, used } of [...debts, debt]) this.debts.add([counter], [used]);
      return;
    }
  }

  private isTaken(held: Held, used: readonly number[], again: boolean): Promise<boolean> {
    return this.shared.settle(held, used, again).then(
      () => true,
      () => false,
    );
  }

  private async renew(): Promise<void> {
    if (!this.redis.ready) return;
    if (this.unsettled.length > 0 || this.debts.size > 0) await this.payOff();
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
    if (state === 'shared') {
      this.logger.log('budgets and slots are kept in Redis again, for all replicas');
      // One that answers and took nothing has never been away.
      void this.returned();
    } else
      this.logger.warn(
        'Redis is away or takes nothing: each replica gives away its share of what is left of budgets',
      );
  }
}

const claimOf = (counter: Counter): Claim => ({
  slots: [],
  counters: [counter],
  promptTokens: 0,
  completionTokens: 0,
});

const reservedBy = ({ counters, promptTokens }: Claim, granted: number): number[] =>
  counters.map((counter) => amountOf(counter, promptTokens, granted));
