import type { Outcome } from '../../contracts/generation-outcome.js';

/** An outcome as it may leave this process and its log: a model server's words may hold our key. */
export function withoutDetail(outcome: Outcome): Outcome {
  if (outcome.status !== 'failed') return outcome;
  return { ...outcome, failure: { ...outcome.failure, detail: undefined } };
}
