import type { AgentCall, WorkflowPlan } from '../../contracts/workflow.js';
import type { NamedAgentDto } from './dto/agent-call.dto.js';
import type {
  HierarchicalWorkflowDto,
  ParallelWorkflowDto,
  SequentialWorkflowDto,
} from './dto/run-workflow.dto.js';

export const toSequentialPlan = ({ steps }: SequentialWorkflowDto): WorkflowPlan => ({
  strategy: 'sequential',
  steps: steps.map(({ agent, method, transform }) => ({ agent, method, transform: transform ?? undefined })),
});

export const toParallelPlan = ({ tasks }: ParallelWorkflowDto): WorkflowPlan => ({
  strategy: 'parallel',
  tasks: tasks.map(({ agent, method }) => ({ agent, method })),
});

export const toHierarchicalPlan = ({ master, subAgents }: HierarchicalWorkflowDto): WorkflowPlan => ({
  strategy: 'hierarchical',
  master: toCall(master),
  subAgents: subAgents.map(toCall),
});

const toCall = ({ name, method }: NamedAgentDto): AgentCall => ({ agent: name, method });
