import type { Outcome } from '../../contracts/generation-outcome.js';
import type { Usage } from '../../contracts/usage.js';
import type { Generation } from './generation.js';

/** Whether a model has read what it was asked. One that fails before its first token may not have. */
export const hasWorked = ({ origins, log }: Pick<Generation, 'origins' | 'log'>, outcome: Outcome): boolean =>
  origins.some((origin) => origin !== undefined) && (outcome.status !== 'failed' || log.count > 0);

/** The usage, where the backend did not say how long the prompt was with an estimate of that. */
export function withPromptTokens(usage: Usage, estimate: () => number): Usage {
  if (usage.promptTokens !== undefined) return usage;
  return { ...usage, promptTokens: estimate(), estimated: true };
}
