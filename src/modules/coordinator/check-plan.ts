import { GatewayError } from '../../common/errors/gateway.error.js';
import type { AgentSettings } from '../../config/index.js';
import type { AgentCall, WorkflowPlan } from '../../contracts/workflow.js';
import { instructionOf } from './agent-methods.js';
import { TRANSFORM_NAMES } from './transforms.js';

/** A call as it stands in a body. */
interface PlacedCall {
  readonly call: AgentCall;
  /** Such as `steps[0]`. */
  readonly place: string;
  /** What the agent is named by there. */
  readonly key: 'agent' | 'name';
}

/** Throws GatewayError for the first name that nothing has: `unknown_agent`, or `invalid_value` for a method or transform. */
export function checkPlan(plan: WorkflowPlan, agents: readonly AgentSettings[]): void {
  for (const placed of callsOf(plan)) checkCall(placed, agents);
  if (plan.strategy !== 'sequential') return;
  plan.steps.forEach(({ transform }, index) => {
    if (transform === undefined || TRANSFORM_NAMES.includes(transform)) return;
    const param = `steps[${index}].transform`;
    const known = TRANSFORM_NAMES.join(', ');
    throw new GatewayError('invalid_value', `${param} must be one of the following values: ${known}`, {
      param,
    });
  });
}

function checkCall({ call, place, key }: PlacedCall, agents: readonly AgentSettings[]): void {
  const agent = agents.find((each) => each.key === call.agent);
  if (agent === undefined) {
    const param = `${place}.${key}`;
    throw new GatewayError('unknown_agent', `${param}: there is no agent '${call.agent.slice(0, 100)}'`, {
      param,
    });
  }
  instructionOf(agent, call.method, `${place}.method`);
}

function callsOf(plan: WorkflowPlan): readonly PlacedCall[] {
  const listed = (calls: readonly AgentCall[], list: string, key: PlacedCall['key']): PlacedCall[] =>
    calls.map((call, index) => ({ call, place: `${list}[${index}]`, key }));
  switch (plan.strategy) {
    case 'sequential':
      return listed(plan.steps, 'steps', 'agent');
    case 'parallel':
      return listed(plan.tasks, 'tasks', 'agent');
    case 'hierarchical':
      return [
        { call: plan.master, place: 'master', key: 'name' },
        ...listed(plan.subAgents, 'subAgents', 'name'),
      ];
  }
}
