import { Inject, Injectable } from '@nestjs/common';
import { UsageBook } from './usage-book.js';

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
  readonly cost: number;
}

export type AskHistory = (of: UsageOf) => Promise<UsedBefore>;

/** What was used up to now. Knows what the database knows, once that has registered itself. */
@Injectable()
export class UsageHistory {
  private ask: AskHistory = () => Promise.resolve({ tokens: 0, cost: 0 });

  constructor(@Inject(UsageBook) private readonly book: UsageBook) {}

  use(ask: AskHistory): void {
    this.ask = ask;
  }

  /** What the database cannot tell just now counts as nothing. */
  async sum(of: UsageOf): Promise<UsedBefore> {
    const waiting = this.book.sumOf(
      ({ tenant, user, key, day }) =>
        tenant === of.tenant &&
        (of.user === undefined || user === of.user) &&
        (of.key === undefined || key === of.key) &&
        (of.from === undefined || day >= of.from),
    );
    const written = await this.ask(of).catch(() => ({ tokens: 0, cost: 0 }));
    return { tokens: written.tokens + waiting.tokens, cost: written.cost + waiting.cost };
  }
}
