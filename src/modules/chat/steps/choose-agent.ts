import type { AdmissionServices } from '../admission.js';
import type { Call } from '../call.js';

/** The path's agent goes before the header's. */
export function chooseAgent(call: Call, { agents }: AdmissionServices): void {
  if (call.agent !== undefined) return;
  const { agentKey } = call.terms;
  const named = call.wishes.agent;
  if (agentKey !== undefined) call.agent = agents.get(agentKey, 'agent_key', 'agent_not_found');
  else if (named !== undefined) call.agent = agents.get(named, 'X-P8-Agent');
}
