import type { AgentCall } from '../../../contracts/workflow.js';
import { DELEGATE, MERGE } from '../agent-methods.js';
import type { RunStep } from '../step-runner.js';
import { failureAt, type StrategyEnd } from './strategy-end.js';

export interface Hierarchy {
  readonly master: AgentCall;
  readonly subAgents: readonly AgentCall[];
}

/**
 * The master divides the task, the sub-agents work at once, each with the input and all that the master said, and the
 * master merges what they hand back. A sub-agent that fails stops no other, and the master is told which did.
 */
export async function runHierarchical(
  { master, subAgents }: Hierarchy,
  input: unknown,
  run: RunStep,
): Promise<StrategyEnd> {
  const divided = await run({
    call: master,
    index: 0,
    input,
    phase: 'delegate',
    instruct: (ofMethod) => ofMethod || DELEGATE,
    context: { sub_agents: subAgents.map(({ agent, method }) => ({ name: agent, method })) },
  });
  const results = [divided.result];
  const undivided = failureAt('Master', divided);
  if (undivided !== undefined) return { results, output: null, failure: undivided };

  const context = { master: master.agent, instructions: divided.result.output };
  const ends = await Promise.all(
    subAgents.map((call, at) =>
      run({ call, index: 1 + at, input, phase: 'execute', follows: true, context }),
    ),
  );
  results.push(...ends.map(({ result }) => result));
  if (!ends.some(({ result }) => result.success))
    return { results, output: null, failure: failureAt('Sub-agent 1', ends[0]!) };

  const handedBack = ends.map(({ result: { agent, method, success, output } }) =>
    success ? { agent, method, output } : { agent, method, failed: true },
  );
  const merged = await run({
    call: master,
    index: 1 + subAgents.length,
    input,
    phase: 'merge',
    follows: true,
    instruct: () => MERGE,
    context: { instructions: divided.result.output, results: handedBack },
  });
  results.push(merged.result);
  return { results, output: merged.result.output, failure: failureAt('Master', merged) };
}
