import type { AgentCall } from '../../../contracts/workflow.js';
import type { RunStep } from '../step-runner.js';
import { failureAt, type StrategyEnd } from './strategy-end.js';

/** All at once, each with the input. One that fails stops no other; when all do, it has failed as the first of them. */
export async function runParallel(
  tasks: readonly AgentCall[],
  input: unknown,
  run: RunStep,
): Promise<StrategyEnd> {
  const ends = await Promise.all(tasks.map((call, index) => run({ call, index, input })));
  const results = ends.map(({ result }) => result);
  if (results.some(({ success }) => success)) return { results, output: results.map(({ output }) => output) };
  return { results, output: null, failure: failureAt('Task 1', ends[0]!) };
}
