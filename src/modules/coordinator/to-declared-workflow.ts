import type { WorkflowSettings } from '../../config/index.js';
import type { AgentCall, WorkflowPlan } from '../../contracts/workflow.js';
import type { NamedAgentDto } from './dto/agent-call.dto.js';
import type { DeclaredWorkflowDto } from './dto/catalogue.dto.js';

/** A workflow of the configuration, in the words of the bodies. */
export const toDeclaredWorkflow = ({ name, description, plan }: WorkflowSettings): DeclaredWorkflowDto => ({
  name,
  description,
  strategy: plan.strategy,
  ...callsOf(plan),
});

function callsOf(plan: WorkflowPlan): Partial<DeclaredWorkflowDto> {
  switch (plan.strategy) {
    case 'sequential':
      return { steps: plan.steps.map(({ transform = null, ...call }) => ({ ...call, transform })) };
    case 'parallel':
      return { tasks: [...plan.tasks] };
    case 'hierarchical':
      return { master: toNamed(plan.master), subAgents: plan.subAgents.map(toNamed) };
  }
}

const toNamed = ({ agent, method }: AgentCall): NamedAgentDto => ({ name: agent, method });
