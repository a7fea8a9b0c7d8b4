import { allowedBy, amountOf, type Claim, type Counter, type Standing, type Verdict } from './claim.js';

interface Account {
  /** What may be used here. */
  readonly limit: (of: number) => number;
  readonly endsAt: number | undefined;
  used: number;
  reserved: number;
}

const MANY_ACCOUNTS = 10_000;
const SWEEP_EVERY_MS = 1_000;
const SLOT_RETRY_MS = 1_000;

/** What is held in this process, and what was used of its share. */
export class LocalLedger {
  private readonly accounts = new Map<string, Account>();
  private readonly running = new Map<string, number>();
  private sweptAt = -Infinity;

  constructor(
    private readonly replicas: number,
    private readonly now: () => number,
  ) {}

  knows({ key }: Counter): boolean {
    return this.accounts.has(key);
  }

  /** Begins to count. Of what was left by then this process may use its share. */
  open({ key, endsAt }: Counter, usedBefore: number): void {
    if (this.accounts.has(key)) return;
    if (this.accounts.size >= MANY_ACCOUNTS) this.closeEnded();
    const limit = (of: number) => Math.floor((of - usedBefore) / this.replicas);
    this.accounts.set(key, { limit, endsAt, used: 0, reserved: 0 });
  }

  /** All counters must be known. */
  reserve(claim: Claim): Verdict {
    for (const { key, most } of claim.slots)
      if ((this.running.get(key) ?? 0) >= Math.max(1, Math.floor(most / this.replicas)))
        return { refused: 'slots', retryMs: SLOT_RETRY_MS };
    let granted = claim.completionTokens;
    for (const [at, counter] of claim.counters.entries()) {
      const standing = this.standing(counter)!;
      const allowed = allowedBy(counter, standing.left, claim);
      if (allowed < Math.min(1, claim.completionTokens)) return { refused: 'counter', at, standing };
      granted = Math.min(granted, allowed);
    }
    for (const { key } of claim.slots) this.running.set(key, (this.running.get(key) ?? 0) + 1);
    for (const counter of claim.counters)
      this.accounts.get(counter.key)!.reserved += amountOf(counter, claim.promptTokens, granted);
    return { granted, standings: claim.counters.map((counter) => this.standing(counter)!) };
  }

  /** Gives back what was reserved and counts what was used, in the order of the counters. To be called once. */
  settle({ slots, counters }: Claim, reserved: readonly number[], used: readonly number[]): void {
    for (const { key } of slots) {
      const left = (this.running.get(key) ?? 1) - 1;
      if (left > 0) this.running.set(key, left);
      else this.running.delete(key);
    }
    for (const [at, { key }] of counters.entries()) {
      const account = this.accounts.get(key);
      if (account === undefined) continue;
      account.reserved -= reserved[at]!;
      account.used += used[at]!;
    }
  }

  standing(counter: Counter): Standing | undefined {
    const account = this.accounts.get(counter.key);
    if (account === undefined) return undefined;
    const { used, reserved } = account;
    return { left: Math.max(0, account.limit(counter.limit) - used - reserved), reserved };
  }

  /** A time that is over and of which nothing runs any more. */
  private closeEnded(): void {
    const now = this.now();
    if (now - this.sweptAt < SWEEP_EVERY_MS) return;
    this.sweptAt = now;
    for (const [key, { endsAt, reserved }] of this.accounts)
      if (endsAt !== undefined && endsAt < now && reserved === 0) this.accounts.delete(key);
  }
}
