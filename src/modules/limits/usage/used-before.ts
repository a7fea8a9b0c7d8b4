import type { UsageEntry } from './usage-book.js';

/** Whose use, and from which day on. */
export interface UsageOf {
  readonly tenant: string;
  readonly user?: string;
  readonly key?: string;
  readonly device?: string;
  readonly agent?: string;
  readonly endpoint?: string;
  /** In UTC; from the beginning where it is left out. */
  readonly from?: string;
}

export interface UsedBefore {
  readonly tokens: number;
  /** In nanodollars. */
  readonly cost: number;
}

/** What those of the entries come to that are meant. */
export function sumOf(entries: Iterable<UsageEntry>, of: UsageOf): UsedBefore {
  let tokens = 0;
  let cost = 0;
  for (const entry of entries) {
    if (!isMeant(entry, of)) continue;
    tokens += entry.promptTokens + entry.completionTokens;
    cost += entry.cost;
  }
  return { tokens, cost };
}

const NAMED = ['user', 'key', 'device', 'agent', 'endpoint'] as const;

const isMeant = (entry: UsageEntry, of: UsageOf): boolean =>
  entry.tenant === of.tenant &&
  (of.from === undefined || entry.day >= of.from) &&
  NAMED.every((name) => of[name] === undefined || entry[name] === of[name]);
