import { toUsageDto } from '../../common/dto/usage.dto.js';
import { cancelFailure, type Outcome } from '../../contracts/generation-outcome.js';
import type { GenerationStatusDto } from './dto/generation-status.dto.js';
import type { FinishedGeneration } from './finished-generations.js';
import type { Generation } from './generation.js';

/** What is said of a generation that runs. */
type Running = Pick<Generation, 'head'> & { readonly begin: Pick<Generation['begin'], 'profile'> };

export function toRunningStatus({ head, begin }: Running): GenerationStatusDto {
  return { ...common(head, begin.profile), status: 'running', usage: null, finish_reason: null, error: null };
}

export function toFinishedStatus({ head, profile, outcome, usage }: FinishedGeneration): GenerationStatusDto {
  return {
    ...common(head, profile),
    status: outcome.status,
    usage: toUsageDto(usage),
    finish_reason: outcome.status === 'finished' ? (outcome.finishReasons[0] ?? null) : null,
    error: toError(outcome),
  };
}

const common = ({ id, model, agent, created }: Generation['head'], profile: string) => ({
  id,
  model,
  agent: agent ?? null,
  profile,
  created,
});

function toError(outcome: Outcome): GenerationStatusDto['error'] {
  if (outcome.status === 'finished') return null;
  const { message, code } = outcome.status === 'failed' ? outcome.failure : cancelFailure(outcome.reason);
  return { message, code };
}
