import type { GatewayError } from '../../../common/errors/gateway.error.js';
import type { StepResultDto } from '../dto/workflow-result.dto.js';
import type { StepEnd } from '../step-runner.js';

/** What has come of all calls. */
export interface StrategyEnd {
  readonly results: StepResultDto[];
  readonly output: unknown;
  /** Why there is nothing to show for it. */
  readonly failure?: Failure | undefined;
}

export interface Failure {
  /** Such as `Step 2 (agent2)`. */
  readonly place: string;
  readonly error: GatewayError;
}

/** Undefined for a call that did not fail. */
export const failureAt = (place: string, { result, error }: StepEnd): Failure | undefined =>
  error === undefined ? undefined : { place: `${place} (${result.agent})`, error };
