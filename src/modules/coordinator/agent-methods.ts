import { GatewayError } from '../../common/errors/gateway.error.js';
import type { AgentSettings } from '../../config/index.js';

/** What a master is asked before the task, by the method `delegate` and wherever it has others work for it. */
export const DELEGATE =
  'Divide the task below among the agents listed under sub_agents. Say for each of them, by its name, what it is to do ' +
  'and what it should hand back. Do not do the task yourself.';

/** What a master is asked when the others have worked. */
export const MERGE =
  'The agents listed under results have worked on the task below. Make one answer of what they handed back: keep what ' +
  'holds, settle what contradicts itself, and say what is missing.';

/** The methods that every agent has, with what is said before the task. An agent may declare its own words for them. */
const OF_EVERY_AGENT: Readonly<Record<string, string>> = { executeTask: '', execute: '', delegate: DELEGATE };

export const methodsOf = ({ methods }: AgentSettings): readonly string[] =>
  Object.keys({ ...OF_EVERY_AGENT, ...methods });

/** What is said before the task; empty where nothing is. Throws `invalid_value` where the agent has no such method. */
export function instructionOf(agent: AgentSettings, method: string, param: string): string {
  for (const methods of [agent.methods ?? {}, OF_EVERY_AGENT])
    if (Object.hasOwn(methods, method)) return methods[method]!;
  const known = methodsOf(agent).join(', ');
  throw new GatewayError(
    'invalid_value',
    `${param}: the agent '${agent.key}' has no method '${method.slice(0, 100)}'; it has ${known}`,
    { param },
  );
}
