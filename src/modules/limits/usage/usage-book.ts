import { Injectable } from '@nestjs/common';
import { sumOf, type UsageOf, type UsedBefore } from './used-before.js';

/** Whose use it was, of what and when. */
export interface UsageKey {
  readonly tenant: string;
  readonly user: string;
  /** Id of the API key; empty without one. */
  readonly key: string;
  /** Empty without one. */
  readonly device: string;
  /** Empty without one. */
  readonly agent: string;
  /** Where it was asked for: a method and a route as declared. */
  readonly endpoint: string;
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

type Growing = UsageKey & { -readonly [Name in keyof UsageSums]: UsageSums[Name] };

/** Different ones between two writings; more come only while the database is away. */
const MOST_ENTRIES = 100_000;

/** What was used and is not in the database yet, summed up. Without a database nobody takes it, and nothing is kept. */
@Injectable()
export class UsageBook {
  private readonly entries = new Map<string, Growing>();
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

  add(used: UsageEntry): void {
    if (!this.isRead) return;
    const known = this.entries.get(nameOf(used));
    if (known === undefined) this.addNew(storable(used));
    else grow(known, used);
  }

  /** Hands over so many at most, the oldest first. */
  take(most: number): UsageEntry[] {
    const taken: UsageEntry[] = [];
    for (const [id, entry] of this.entries) {
      if (taken.length === most) break;
      taken.push(entry);
      this.entries.delete(id);
    }
    return taken;
  }

  /** What waits here of what is meant. */
  sumOf(of: UsageOf): UsedBefore {
    return sumOf(this.entries.values(), of);
  }

  private addNew(entry: Growing): void {
    const name = nameOf(entry);
    const known = this.entries.get(name);
    if (known !== undefined) grow(known, entry);
    else if (this.entries.size >= MOST_ENTRIES) this.lost++;
    else this.entries.set(name, entry);
  }
}

const nameOf = ({ tenant, user, key, device, agent, endpoint, model, day }: UsageKey): string =>
  JSON.stringify([tenant, user, key, device, agent, endpoint, model, day]);

function grow(entry: Growing, by: UsageSums): void {
  entry.requests += by.requests;
  entry.promptTokens += by.promptTokens;
  entry.completionTokens += by.completionTokens;
  entry.cost += by.cost;
  entry.unpriced += by.unpriced;
}

/** PostgreSQL takes neither U+0000 nor halves of characters. Two entries may become the same. */
function storable(entry: UsageEntry): Growing {
  const clean = (text: string) => text.replaceAll('\0', '').toWellFormed();
  const { user, key, device, agent, endpoint, model } = entry;
  return {
    ...entry,
    user: clean(user),
    key: clean(key),
    device: clean(device),
    agent: clean(agent),
    endpoint: clean(endpoint),
    model: clean(model),
  };
}
