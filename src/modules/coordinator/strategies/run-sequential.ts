import type { StepResultDto } from '../dto/workflow-result.dto.js';
import type { WorkflowStep } from '../../../contracts/workflow.js';
import type { RunStep } from '../step-runner.js';
import { failureAt, type StrategyEnd } from './strategy-end.js';

/** One after the other, each with the output before it. Ends with the first that fails. */
export async function runSequential(
  steps: readonly WorkflowStep[],
  input: unknown,
  run: RunStep,
): Promise<StrategyEnd> {
  const results: StepResultDto[] = [];
  let output = input;
  for (const [index, { agent, method, transform }] of steps.entries()) {
    const end = await run({ call: { agent, method }, index, input: output, transform, follows: index > 0 });
    results.push(end.result);
    const failure = failureAt(`Step ${index + 1}`, end);
    if (failure !== undefined) return { results, output: null, failure };
    output = end.result.output;
  }
  return { results, output };
}
