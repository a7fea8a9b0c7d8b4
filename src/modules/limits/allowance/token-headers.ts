import type { BudgetCounter } from '../budgets/budget-book.js';
import type { Standing } from '../ledger/claim.js';
import { toDuration } from '../rate/rate-headers.js';

export interface StandingBudget {
  readonly counter: BudgetCounter;
  readonly standing: Standing;
}

/** Of the budgets in tokens the one with the least left. */
export function tightestTokens(
  counters: readonly BudgetCounter[],
  standings: readonly Standing[],
): StandingBudget | undefined {
  let tightest: StandingBudget | undefined;
  for (const [at, counter] of counters.entries()) {
    const standing = standings[at]!;
    if (counter.unit === 'tokens' && (tightest === undefined || standing.left < tightest.standing.left))
      tightest = { counter, standing };
  }
  return tightest;
}

/** One that never begins anew has no time to say. */
export const tokenHeaders = ({ counter, standing }: StandingBudget): Record<string, string> => ({
  'x-ratelimit-limit-tokens': String(counter.limit),
  'x-ratelimit-remaining-tokens': String(standing.left),
  ...(counter.endsAt !== undefined && {
    'x-ratelimit-reset-tokens': toDuration(Math.max(0, counter.endsAt - Date.now())),
  }),
});
