import type { Spent } from '../../contracts/allowance.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import { hasWorked } from './estimated-usage.js';
import type { Generation } from './generation.js';
import type { TokenMeter } from './token-meter.js';

/** What a generation that has ended has used. One for which no model has worked has used nothing. */
export function toSpent(
  generation: Generation,
  outcome: Outcome,
  meter: TokenMeter | undefined,
): Spent | undefined {
  if (!hasWorked(generation, outcome)) return undefined;
  const { origins, usage, usageReports, head } = generation;
  const { promptTokens = 0, completionTokens = 0 } = usage;
  const said = Array.from({ length: head.choices }, (_, choice) => usageReports[choice]?.completionTokens);
  return {
    ...origins.find((each) => each !== undefined)!,
    promptTokens,
    // Where the backend did not say, long pieces count for more than one.
    completionTokens: said.includes(undefined)
      ? Math.max(completionTokens, meter?.used ?? 0)
      : completionTokens,
  };
}
