import type { RedisConnection } from '../../../infrastructure/redis/index.js';
import { RENEW, RESERVE, SETTLE } from './ledger-scripts.js';
import type { Claim, Standing, Verdict } from './claim.js';

const PREFIX = 'citadel:limits:';
/** In one command. */
const MOST_LEASES = 500;
/** Counters are kept a while after their time: somebody may be slow to settle. */
const KEPT_MS = 3_600_000;
const SLOT_RETRY_MS = 1_000;

/** What is held under one lease. */
export interface Held {
  readonly lease: string;
  readonly claim: Claim;
  /** Of each counter, in their order. */
  readonly reserved: readonly number[];
}

/** What is held by all replicas together, in Redis. Everything rejects while Redis is away. */
export class SharedLedger {
  constructor(
    private readonly connection: RedisConnection,
    private readonly leaseMs: number,
  ) {}

  /** The counters of which nothing is known, by their place, where there are any. */
  async reserve(
    lease: string,
    { slots, counters, promptTokens, completionTokens }: Claim,
    histories: ReadonlyMap<number, number>,
  ): Promise<Verdict | { readonly unknown: readonly number[] }> {
    const [said, ...rest] = await this.connection.run((client) =>
      RESERVE.run(client, keysOf({ slots, counters }), [
        lease,
        this.leaseMs,
        this.connection.runId,
        slots.length,
        promptTokens,
        completionTokens,
        ...slots.map(({ most }) => most),
        ...counters.flatMap(({ limit, perPrompt, perCompletion, endsAt }, at) => [
          limit,
          perPrompt,
          perCompletion,
          endsAt === undefined ? 0 : endsAt + KEPT_MS,
          histories.get(at) ?? '',
        ]),
      ]),
    );
    const numbers = rest.map(Number);
    if (said === 'unknown') return { unknown: numbers };
    if (said === 'slots') return { refused: 'slots', retryMs: SLOT_RETRY_MS };
    if (said === 'counter')
      return {
        refused: 'counter',
        at: numbers[0]!,
        standing: { left: numbers[1]!, reserved: numbers[2]! },
      };
    const standings = counters.map((_, at): Standing => ({
      left: numbers[1 + at * 2]!,
      reserved: numbers[2 + at * 2]!,
    }));
    return { granted: numbers[0]!, standings };
  }

  async settle({ lease, claim, reserved }: Held, used: readonly number[], again: boolean): Promise<void> {
    await this.connection.run((client) =>
      SETTLE.run(client, keysOf(claim), [
        lease,
        claim.slots.length,
        again ? 1 : 0,
        ...reserved.flatMap((amount, at) => [amount, used[at]!]),
      ]),
    );
  }

  /** All that this process holds goes on to be held. */
  async renew(all: Iterable<Held>): Promise<void> {
    const slots = new Map<string, string[]>();
    const counters = new Map<string, string[]>();
    for (const { lease, claim, reserved } of all) {
      for (const { key } of claim.slots) add(slots, key, lease);
      for (const [at, { key }] of claim.counters.entries()) add(counters, key, `${lease}:${reserved[at]}`);
    }
    await this.connection.run((client) =>
      Promise.all(
        [...batches(slots, 0), ...batches(counters, 1)].map(([key, isCounter, leases]) =>
          RENEW.run(client, [PREFIX + key], [this.leaseMs, isCounter, ...leases]),
        ),
      ),
    );
  }
}

const keysOf = ({ slots, counters }: Pick<Claim, 'slots' | 'counters'>): string[] =>
  [...slots, ...counters].map(({ key }) => PREFIX + key);

function add(to: Map<string, string[]>, key: string, lease: string): void {
  const leases = to.get(key);
  if (leases === undefined) to.set(key, [lease]);
  else leases.push(lease);
}

function* batches(
  all: ReadonlyMap<string, readonly string[]>,
  isCounter: 0 | 1,
): Generator<readonly [string, 0 | 1, readonly string[]]> {
  for (const [key, leases] of all)
    for (let at = 0; at < leases.length; at += MOST_LEASES)
      yield [key, isCounter, leases.slice(at, at + MOST_LEASES)];
}
