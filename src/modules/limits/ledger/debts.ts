import type { Counter } from './claim.js';

const MOST_COUNTERS = 10_000;

export interface Debt {
  readonly counter: Counter;
  readonly used: number;
}

/** What was used and could not be told to Redis, summed up for each counter. Bounded; the oldest counters go first. */
export class Debts {
  private all = new Map<string, Debt>();

  get size(): number {
    return this.all.size;
  }

  /** Takes what each counter was used for, in their order. */
  add(counters: readonly Counter[], used: readonly number[]): void {
    for (const [at, counter] of counters.entries()) {
      const more = used[at]!;
      if (more === 0) continue;
      const owed = this.all.get(counter.key)?.used ?? 0;
      this.all.set(counter.key, { counter, used: owed + more });
    }
    for (const key of this.all.keys()) {
      if (this.all.size <= MOST_COUNTERS) return;
      this.all.delete(key);
    }
  }

  /** They are owed no more, unless they are added again. */
  take(): readonly Debt[] {
    const all = [...this.all.values()];
    this.all = new Map();
    return all;
  }
}
