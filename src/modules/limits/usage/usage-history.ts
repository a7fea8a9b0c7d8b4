import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { UsageBook } from './usage-book.js';

const RETRY_AFTER_S = 5;

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

  /** Rejects with `dependency_unavailable` while the database cannot tell. */
  async sum(of: UsageOf): Promise<UsedBefore> {
    const waiting = this.book.sumOf(
      ({ tenant, user, key, day }) =>
        tenant === of.tenant &&
        (of.user === undefined || user === of.user) &&
        (of.key === undefined || key === of.key) &&
        (of.from === undefined || day >= of.from),
    );
    const written = await this.ask(of).catch((cause: unknown) => {
      if (cause instanceof GatewayError) throw cause;
      throw new GatewayError('dependency_unavailable', 'What was used up to now cannot be read just now.', {
        retryAfterS: RETRY_AFTER_S,
        cause,
      });
    });
    return { tokens: written.tokens + waiting.tokens, cost: written.cost + waiting.cost };
  }
}
