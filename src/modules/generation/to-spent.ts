import type { Spent } from '../../contracts/allowance.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { Generation } from './generation.js';
import type { TokenMeter } from './token-meter.js';

/** What a generation that has ended has used. One that failed before its first token has used nothing. */
export function toSpent(
  { origins, usage, log }: Generation,
  outcome: Outcome,
  meter: TokenMeter | undefined,
): Spent | undefined {
  const origin = origins.find((each) => each !== undefined);
  if (origin === undefined || (outcome.status === 'failed' && log.count === 0)) return undefined;
  const { promptTokens, completionTokens = 0, estimated } = usage;
  return {
    backend: origin.backend,
    model: origin.model,
    promptTokens,
    // Where the backend did not say, long pieces count for more than one.
    completionTokens: estimated ? Math.max(completionTokens, meter?.used ?? 0) : completionTokens,
  };
}
