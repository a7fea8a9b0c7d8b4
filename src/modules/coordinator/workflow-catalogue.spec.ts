import { beforeEach, describe, expect, it } from 'vitest';
import type { AppConfig, RoutingConfig } from '../../config/index.js';
import type { WorkflowPlan } from '../../contracts/workflow.js';
import { RoutingTable } from '../models/index.js';
import { WorkflowCatalogue } from './workflow-catalogue.js';

const AGENTS = [{ key: 'a', methods: { write: 'Write.' } }, { key: 'b' }];
const A = { agent: 'a', method: 'write' };
const B = { agent: 'b', method: 'execute' };
const settings = (plan: WorkflowPlan) =>
  ({ agents: AGENTS, workflows: [{ name: 'w', description: '', plan }] }) as unknown as RoutingConfig;
const SOUND = settings({ strategy: 'sequential', steps: [A, { ...B, transform: 'trim' }] });

describe(WorkflowCatalogue.name, () => {
  let routing: RoutingTable;
  let catalogue: WorkflowCatalogue;

  beforeEach(() => {
    routing = new RoutingTable({ routing: SOUND } as AppConfig);
    catalogue = new WorkflowCatalogue(routing);
    catalogue.onModuleInit();
  });

  it('knows workflows by their names, and says which there are', () => {
    expect(catalogue.get('w', 'workflow')).toBe(SOUND.workflows[0]);
    expect(() => catalogue.get('x', 'workflow')).toThrow("No workflow 'x'; there are: w.");
  });

  it.each<[string, WorkflowPlan]>([
    [
      "steps[1].agent: there is no agent 'c'",
      { strategy: 'sequential', steps: [A, { agent: 'c', method: 'execute' }] },
    ],
    [
      "tasks[0].method: the agent 'b' has no method 'write'; it has executeTask, execute, delegate",
      { strategy: 'parallel', tasks: [{ agent: 'b', method: 'write' }] },
    ],
    [
      "master.method: the agent 'a' has no method 'constructor'; it has executeTask, execute, delegate, write",
      { strategy: 'hierarchical', master: { agent: 'a', method: 'constructor' }, subAgents: [B] },
    ],
    [
      "subAgents[1].name: there is no agent ''",
      { strategy: 'hierarchical', master: A, subAgents: [B, { agent: '', method: 'execute' }] },
    ],
    [
      'steps[0].transform must be one of the following values: trim, first_line, json',
      { strategy: 'sequential', steps: [{ ...A, transform: 'eval' }] },
    ],
  ])('takes no settings with a workflow that could not run: %s', (message, plan) => {
    expect(() => routing.replace(settings(plan))).toThrow(`workflows.yaml: workflow w: ${message}`);
    expect(routing.current).toBe(SOUND);
  });
});
