/** An agent, and what of it is wanted. */
export interface AgentCall {
  readonly agent: string;
  readonly method: string;
}

export interface WorkflowStep extends AgentCall {
  /** Name of what is done with the answer before the next one gets it. */
  readonly transform?: string | undefined;
}

/** Several calls of agents, and how they hang together. */
export type WorkflowPlan =
  | { readonly strategy: 'sequential'; readonly steps: readonly WorkflowStep[] }
  | { readonly strategy: 'parallel'; readonly tasks: readonly AgentCall[] }
  | {
      readonly strategy: 'hierarchical';
      readonly master: AgentCall;
      readonly subAgents: readonly AgentCall[];
    };

/** How calls may hang together. */
export const WORKFLOW_STRATEGIES = ['sequential', 'parallel', 'hierarchical'] as const;

export type WorkflowStrategy = (typeof WORKFLOW_STRATEGIES)[number];

/** Steps, tasks or sub-agents of one workflow. */
export const MOST_CALLS = 32;

/** What has come of a workflow. `partial`: of several tasks beside each other some failed. */
export type WorkflowStatus = 'finished' | 'partial' | 'failed' | 'cancelled';
