import { describe, expect, it } from 'vitest';
import { createSources } from './testing/create-sources.js';
import { toRoutingConfig } from './to-routing-config.js';

const workflowsOf = (workflowsYaml: string) =>
  toRoutingConfig(createSources({ workflowsYaml })).config.workflows;

describe('workflows', () => {
  it('are what their strategy needs', () => {
    const yaml = `
workflows:
  - name: chain
    description: One after the other.
    strategy: sequential
    steps: [{ agent: a, method: execute, transform: trim }, { agent: b, method: write }]
  - { name: beside, strategy: parallel, tasks: [{ agent: a, method: execute }] }
  - name: divided
    strategy: hierarchical
    master: { name: a, method: delegate }
    subAgents: [{ name: b, method: execute }]
`;
    const a = { agent: 'a', method: 'execute' };
    expect(workflowsOf(yaml)).toEqual([
      {
        name: 'chain',
        description: 'One after the other.',
        plan: {
          strategy: 'sequential',
          steps: [
            { ...a, transform: 'trim' },
            { agent: 'b', method: 'write' },
          ],
        },
      },
      { name: 'beside', description: '', plan: { strategy: 'parallel', tasks: [a] } },
      {
        name: 'divided',
        description: '',
        plan: {
          strategy: 'hierarchical',
          master: { agent: 'a', method: 'delegate' },
          subAgents: [{ agent: 'b', method: 'execute' }],
        },
      },
    ]);
  });

  it('need not be there', () => expect(workflowsOf('')).toEqual([]));

  it.each([
    ['workflows: [{ strategy: parallel }]', 'workflows[0].name is missing'],
    ['workflows: [{ name: a }]', 'workflows[0].strategy is missing'],
    ['workflows: [{ name: a, strategy: random }]', 'workflows[0].strategy must be one of `sequential`'],
    ['workflows: [{ name: a, strategy: sequential }]', 'workflows[0].steps must have 1 to 32 entries'],
    ['workflows: [{ name: a, strategy: parallel, tasks: [] }]', 'workflows[0].tasks must have 1 to 32'],
    ['workflows: [{ name: a, strategy: parallel, tasks: [x] }]', 'workflows[0].tasks[0] must hold keys'],
    [
      'workflows: [{ name: a, strategy: parallel, tasks: [{ agent: x }] }]',
      'workflows[0].tasks[0].method is missing',
    ],
    [
      'workflows: [{ name: a, strategy: hierarchical, master: { method: x } }]',
      'workflows[0].master.name is missing',
    ],
    [
      `workflows:
        - { name: a, strategy: parallel, tasks: [{ agent: x, method: y }] }
        - { name: a, strategy: parallel, tasks: [{ agent: x, method: y }] }`,
      'workflows[1].name: there is a workflow a already',
    ],
  ])('refuse %j', (yaml, message) => {
    expect(() => workflowsOf(yaml)).toThrow(`workflows.yaml: ${message}`);
  });
});
