import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CoordinatorCalls } from '../support/coordinator-calls.js';

let calls: CoordinatorCalls;

beforeAll(async () => {
  calls = await CoordinatorCalls.open();
});
afterAll(() => calls.close());

describe('what cannot be run', () => {
  const CALL = { agent: 'travel', method: 'execute' };
  const NAMED = { name: 'travel', method: 'execute' };

  const chain = (...steps: object[]) => ({ steps });
  const many = Array(33).fill(CALL) as object[];

  it.each<[string, string, string, object]>([
    [
      'sequential',
      "steps[1].agent: there is no agent 'x'",
      'unknown_agent',
      chain(CALL, { ...CALL, agent: 'x' }),
    ],
    [
      'parallel',
      "tasks[0].method: the agent 'travel' has no method 'fly'; it has executeTask, execute, delegate",
      'invalid_value',
      { tasks: [{ ...CALL, method: 'fly' }] },
    ],
    [
      'hierarchical',
      "master.name: there is no agent 'x'",
      'unknown_agent',
      { master: { ...NAMED, name: 'x' }, subAgents: [NAMED] },
    ],
    [
      'hierarchical',
      "subAgents[1].name: there is no agent 'x'",
      'unknown_agent',
      { master: NAMED, subAgents: [NAMED, { ...NAMED, name: 'x' }] },
    ],
    [
      'sequential',
      'steps[0].transform must be one of the following values: trim, first_line, json',
      'invalid_value',
      chain({ ...CALL, transform: 'x => x' }),
    ],
    ['sequential', 'steps is required', 'invalid_request', {}],
    ['sequential', 'steps must contain at least 1 elements', 'invalid_value', chain()],
    ['sequential', 'steps must contain no more than 32 elements', 'invalid_value', chain(...many)],
    ['sequential', 'steps must be an array', 'invalid_value', { steps: {} }],
    ['sequential', 'each value in steps must be an object', 'invalid_value', { steps: ['travel'] }],
    ['sequential', 'steps[0].agent must be a string', 'invalid_value', chain({ ...CALL, agent: 5 })],
    ['sequential', 'input is required', 'invalid_request', { ...chain(CALL), input: undefined }],
    ['sequential', 'input must not be empty', 'invalid_value', { ...chain(CALL), input: '' }],
    ['parallel', 'tasks[0].method is required', 'invalid_request', { tasks: [{ agent: 'travel' }] }],
    ['parallel', 'tasks must contain no more than 32 elements', 'invalid_value', { tasks: many }],
    ['hierarchical', 'master is required', 'invalid_request', { subAgents: [NAMED] }],
    ['hierarchical', 'master must be an object', 'invalid_value', { master: 'x', subAgents: [NAMED] }],
    [
      'hierarchical',
      'subAgents must contain at least 1 elements',
      'invalid_value',
      { master: NAMED, subAgents: [] },
    ],
    ['hierarchical', 'subAgents[0].name is required', 'invalid_request', { master: NAMED, subAgents: [{}] }],
  ])('%s is refused before anybody hears of it: %s', async (path, message, error, body) => {
    const from = calls.ollama.requests.length;
    const { status, answer } = await calls.run(path, { input: 'x', ...body });
    expect([status, answer]).toEqual([400, { error, message, status_code: 400 }]);
    expect(calls.asked(from)).toEqual([]);
  });

  it.each([
    ['sequential', { steps: Array(32).fill(CALL) as object[] }, 200],
    ['parallel', { tasks: Array(32).fill(CALL) as object[] }, 413],
    ['hierarchical', { master: NAMED, subAgents: Array(32).fill(NAMED) as object[] }, 413],
  ])('%s weighs as much as what it tells all agents', async (path, body, expected) => {
    calls.ollama.answer(() => ({ pieces: ['ok'] }));
    const from = calls.ollama.requests.length;
    const { status, answer } = await calls.run(path, { input: 'x'.repeat(1024 * 1024), ...body });
    expect(status).toBe(expected);
    if (expected === 200) return;
    expect(answer).toMatchObject({ error: 'request_too_large' });
    expect(calls.asked(from)).toEqual([]);
  });
});
