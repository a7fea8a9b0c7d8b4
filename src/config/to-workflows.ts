import type { AgentCall, WorkflowPlan, WorkflowStep } from '../contracts/workflow.js';
import { MOST_CALLS, WORKFLOW_STRATEGIES } from '../contracts/workflow.js';
import type { WorkflowSettings } from './routing-config.js';
import { ConfigError } from './config-error.js';
import { name, oneOf, text } from './parser.js';
import type { YamlSection } from './yaml-section.js';

const STRATEGY = oneOf(...WORKFLOW_STRATEGIES);

/** What workflows look like. Whether there are such agents, methods and transforms is known to those who run them. */
export function toWorkflows(sections: readonly YamlSection[]): readonly WorkflowSettings[] {
  const names = new Set<string>();
  return sections.map((section) => {
    const own = section.require('name', name);
    if (names.has(own)) throw new ConfigError(`${section.label('name')}: there is a workflow ${own} already`);
    names.add(own);
    return { name: own, description: section.read('description', text) ?? '', plan: toPlan(section) };
  });
}

function toPlan(section: YamlSection): WorkflowPlan {
  const strategy = section.require('strategy', STRATEGY);
  switch (strategy) {
    case 'sequential':
      return { strategy, steps: calls(section, 'steps').map(toStep) };
    case 'parallel':
      return { strategy, tasks: calls(section, 'tasks').map((task) => toCall(task, 'agent')) };
    case 'hierarchical':
      return {
        strategy,
        master: toCall(section.section('master'), 'name'),
        subAgents: calls(section, 'subAgents').map((agent) => toCall(agent, 'name')),
      };
  }
}

function calls(section: YamlSection, key: string): readonly YamlSection[] {
  const found = section.list(key);
  if (found.length > 0 && found.length <= MOST_CALLS) return found;
  throw new ConfigError(`${section.label(key)} must have 1 to ${MOST_CALLS} entries`);
}

const toStep = (section: YamlSection): WorkflowStep => ({
  ...toCall(section, 'agent'),
  transform: section.read('transform', text),
});

const toCall = (section: YamlSection, key: 'agent' | 'name'): AgentCall => ({
  agent: section.require(key, name),
  method: section.require('method', name),
});
