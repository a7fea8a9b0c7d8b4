import type { UsageEntry } from './usage-book.js';

/** Whose use, and from which day on. */
export interface UsageOf {
  readonly tenant: string;
  readonly user?: string;
  readonly key?: string;
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

const isMeant = ({ tenant, user, key, day }: UsageEntry, of: UsageOf): boolean =>
  tenant === of.tenant &&
  (of.user === undefined || user === of.user) &&
  (of.key === undefined || key === of.key) &&
  (of.from === undefined || day >= of.from);
