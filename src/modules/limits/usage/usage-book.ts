import { Injectable } from '@nestjs/common';

/** Whose use it was, of what and when. */
export interface UsageKey {
  readonly tenant: string;
  readonly user: string;
  /** Id of the API key; empty without one. */
  readonly key: string;
  /** The model's name at its backend. */
  readonly model: string;
  /** In UTC, as `2026-07-01`. */
  readonly day: string;
}

export interface UsageSums {
  readonly requests: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** In nanodollars. */
  readonly cost: number;
  /** Requests whose cost is not known. */
  readonly unpriced: number;
}

export type UsageEntry = UsageKey & UsageSums;

/** Different ones between two writings; more come only while the database is away. */
const MOST_ENTRIES = 100_000;

/** What was used and is not in the database yet, summed up. Without a database nobody takes it, and nothing is kept. */
@Injectable()
export class UsageBook {
  private entries = new Map<string, UsageEntry>();
  private isRead = false;
  /** Entries that found no room. */
  lost = 0;

  /** From now on somebody takes what is added. */
  open(): void {
    this.isRead = true;
  }

  get size(): number {
    return this.entries.size;
  }

  add(entry: UsageEntry): void {
    if (!this.isRead) return;
    const { tenant, user, key, model, day } = entry;
    const id = JSON.stringify([tenant, user, key, model, day]);
    const before = this.entries.get(id);
    if (before === undefined && this.entries.size >= MOST_ENTRIES) this.lost++;
    else this.entries.set(id, before === undefined ? entry : sum(before, entry));
  }

  /** Hands over all there is. */
  take(): UsageEntry[] {
    const taken = [...this.entries.values()];
    this.entries = new Map();
    return taken;
  }

  /** What is not in the database yet of what this holds for. */
  sumOf(isMeant: (entry: UsageEntry) => boolean): { tokens: number; cost: number } {
    let tokens = 0;
    let cost = 0;
    for (const entry of this.entries.values()) {
      if (!isMeant(entry)) continue;
      tokens += entry.promptTokens + entry.completionTokens;
      cost += entry.cost;
    }
    return { tokens, cost };
  }
}

const sum = (one: UsageEntry, other: UsageEntry): UsageEntry => ({
  ...one,
  requests: one.requests + other.requests,
  promptTokens: one.promptTokens + other.promptTokens,
  completionTokens: one.completionTokens + other.completionTokens,
  cost: one.cost + other.cost,
  unpriced: one.unpriced + other.unpriced,
});
