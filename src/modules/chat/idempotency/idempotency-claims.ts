import { hash } from 'node:crypto';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { EventBus } from '../../../contracts/business-events.js';
import type { Principal } from '../../../contracts/principal.js';
import { RedisConnection } from '../../../infrastructure/redis/index.js';

/** One request, and the generation that answers it if nobody else has claimed its key. */
export interface Claim {
  readonly owner: Principal;
  readonly key: string;
  /** What was asked for. */
  readonly fingerprint: string;
  readonly id: string;
  /** How long the key is held. */
  readonly ttlMs: number;
}

/** What holds a key. */
export interface Held {
  readonly fingerprint: string;
  readonly id: string;
}

/** What a generation holds that runs here, or is about to. */
interface Holding {
  readonly name: string;
  readonly begun: Promise<void>;
  readonly tellBegun: () => void;
}

interface LocalClaim {
  readonly held: Promise<Held>;
  readonly until: number;
}

const MOST_LOCAL = 100_000;

/** Sets a key that is free, or held by the generation named; else gives what it holds. */
const TAKE = `
local held = redis.call('GET', KEYS[1])
if held and cjson.decode(held).id ~= ARGV[3] then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false`;

/** Frees a key that is held by the generation named. */
const RELEASE = `
local held = redis.call('GET', KEYS[1])
if held and cjson.decode(held).id == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/**
 * Which generation answers to which `Idempotency-Key`. Shared by all replicas while Redis is there, and known to this
 * one in any case. A key whose generation did not finish is free again.
 */
@Injectable()
export class IdempotencyClaims implements OnModuleInit {
  private readonly local = new Map<string, LocalClaim>();
  /** By the generation that holds it. */
  private readonly holdings = new Map<string, Holding>();

  constructor(
    @Inject(RedisConnection) private readonly redis: RedisConnection,
    @Inject(EventBus) private readonly events: EventBus,
  ) {}

  onModuleInit(): void {
    this.events.on('generation-began', ({ id }) => this.holdings.get(id)?.tellBegun());
    this.events.on('generation-settled', ({ begin, outcome }) => {
      if (outcome.status === 'finished') this.holdings.delete(begin.id);
      else this.release(begin.id);
    });
  }

  /**
   * Takes the key for this claim, or tells who holds it. `insteadOf` names a holder that cannot be read any more, or did
   * not finish: from that one, and from no other, it is taken.
   */
  async take(claim: Claim, insteadOf?: string): Promise<Held | undefined> {
    const name = nameOf(claim);
    for (let here = this.here(name); here !== undefined; here = this.here(name)) {
      const holder = await here.held;
      if (holder.id !== insteadOf) return holder;
      if (this.local.get(name) === here) this.local.delete(name);
    }
    // Before anything is awaited: who comes next waits for what this one finds.
    const here = { held: this.takeShared(name, claim, insteadOf), until: performance.now() + claim.ttlMs };
    this.hold(name, here);
    const holder = await here.held;
    if (holder.id === claim.id) {
      this.holdings.set(claim.id, toHolding(name));
      return undefined;
    }
    // Who holds it elsewhere may give it back there.
    if (this.local.get(name) === here) this.local.delete(name);
    return holder;
  }

  /** When the generation has begun, or has given its key back. Undefined where it does not hold one here (any more). */
  whenBegun(id: string): Promise<void> | undefined {
    return this.holdings.get(id)?.begun;
  }

  /** Gives the key back that the generation of this id holds, or was to hold. */
  release(id: string): void {
    const holding = this.holdings.get(id);
    if (holding === undefined) return;
    const { name } = holding;
    this.holdings.delete(id);
    this.local.delete(name);
    holding.tellBegun();
    this.redis.run((client) => client.eval(RELEASE, 1, name, id)).catch(() => undefined);
  }

  private here(name: string): LocalClaim | undefined {
    const here = this.local.get(name);
    return here !== undefined && here.until > performance.now() ? here : undefined;
  }

  private hold(name: string, claim: LocalClaim): void {
    this.local.delete(name);
    this.local.set(name, claim);
    if (this.local.size <= MOST_LOCAL) return;
    const [oldest] = this.local.keys();
    this.local.delete(oldest!);
  }

  /** Without Redis the key is known here only. */
  private async takeShared(name: string, claim: Claim, insteadOf = ''): Promise<Held> {
    if (!this.redis.ready) return claim;
    try {
      const held = await this.redis.run((client) =>
        client.eval(TAKE, 1, name, toValue(claim), claim.ttlMs, insteadOf),
      );
      return typeof held === 'string' ? (JSON.parse(held) as Held) : claim;
    } catch {
      return claim;
    }
  }
}

const nameOf = ({ owner: { tenant, role, id }, key }: Claim): string => {
  const said = JSON.stringify([tenant, role === 'anonymous' ? null : id, key]);
  return `citadel:idempotency:${hash('sha256', said, 'base64url')}`;
};

function toHolding(name: string): Holding {
  let tellBegun!: () => void;
  const begun = new Promise<void>((resolve) => (tellBegun = resolve));
  return { name, begun, tellBegun };
}

const toValue = ({ fingerprint, id }: Claim): string => JSON.stringify({ fingerprint, id });
