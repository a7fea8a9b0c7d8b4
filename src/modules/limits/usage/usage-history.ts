import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { UsageOf, UsedBefore } from './used-before.js';

const RETRY_AFTER_S = 5;

export type AskHistory = (of: UsageOf) => Promise<UsedBefore>;

/** What was used up to now. Nothing, until somebody has registered who knows. */
@Injectable()
export class UsageHistory {
  private ask: AskHistory = () => Promise.resolve({ tokens: 0, cost: 0 });

  use(ask: AskHistory): void {
    this.ask = ask;
  }

  /** Rejects with `dependency_unavailable` while the database cannot tell. */
  async sum(of: UsageOf): Promise<UsedBefore> {
    return this.ask(of).catch((cause: unknown) => {
      if (cause instanceof GatewayError) throw cause;
      throw new GatewayError('dependency_unavailable', 'What was used up to now cannot be read just now.', {
        retryAfterS: RETRY_AFTER_S,
        cause,
      });
    });
  }
}
