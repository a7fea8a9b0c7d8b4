import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MANAGER, OPS, TESTER, CoordinatorCalls } from '../support/coordinator-calls.js';
import { resetBreakers } from '../support/gateway-calls.js';

let calls: CoordinatorCalls;

beforeAll(async () => {
  calls = await CoordinatorCalls.open();
});
beforeEach(() => resetBreakers(calls.gateway));
afterAll(() => calls.close());

const named = ({ agent, method }: { agent: string; method: string }) => ({ name: agent, method });

describe('a workflow that comes again with its key', () => {
  it('makes no call twice that has finished', async () => {
    calls.echo((persona) => persona.includes('quality'));
    const key = { 'idempotency-key': 'release-7' };
    const body = { steps: [MANAGER, TESTER], input: 'x' };
    const first = await calls.run('sequential', body, key);
    resetBreakers(calls.gateway);
    calls.echo();
    const second = await calls.run('sequential', body, key);
    expect([first.status, second.status]).toEqual([502, 200]);
    expect(second.answer.workflow_id).toBe(first.answer.workflow_id);
    expect(second.answer.results[0]!.generation_id).toBe(first.answer.results[0]!.generation_id);
    expect(second.response.headers.get('idempotent-replayed')).toBeNull();
    const third = await calls.run('sequential', body, key);
    expect(third.response.headers.get('idempotent-replayed')).toBe('true');
    expect(third.answer.output).toBe(second.answer.output);
  });

  it('is made whole where a sub-agent had failed', async () => {
    const key = { 'idempotency-key': 'release-8' };
    const body = { master: named(MANAGER), subAgents: [TESTER, OPS].map(named), input: 'x' };
    calls.echo((persona) => persona.includes('quality'));
    const first = await calls.run('hierarchical', body, key);
    resetBreakers(calls.gateway);
    calls.echo();
    const second = await calls.run('hierarchical', body, key);
    expect([first.status, first.answer.success]).toEqual([200, false]);
    expect([second.status, second.answer.success]).toEqual([200, true]);
    const idsOf = ({ answer }: typeof first) => answer.results.map(({ generation_id: id }) => id);
    const [divided, , byOps] = idsOf(first);
    expect(idsOf(second)).toEqual([divided, expect.any(String), byOps, expect.any(String)]);
    expect(idsOf(second)[3]).not.toBe(idsOf(first)[3]);
  });

  it('is the same only with the same body', async () => {
    const key = { 'idempotency-key': 'release-9' };
    calls.echo();
    await calls.run('sequential', { steps: [MANAGER, TESTER], input: 'x' }, key);
    const { status, answer } = await calls.run('sequential', { steps: [OPS], input: 'x' }, key);
    expect([status, answer.error]).toEqual([409, 'idempotency_conflict']);
  });

  it('is not called one where a call of it was refused', async () => {
    const key = { 'idempotency-key': 'release-10' };
    calls.echo();
    await calls.run('parallel', { tasks: [MANAGER, TESTER], input: 'x' }, key);
    const { response, answer } = await calls.run('parallel', { tasks: [MANAGER, OPS], input: 'x' }, key);
    expect(answer.results).toMatchObject([{ success: true }, { error: { code: 'idempotency_conflict' } }]);
    expect(response.headers.get('idempotent-replayed')).toBeNull();
  });

  it.each([
    ['k'.repeat(255), 200],
    ['k'.repeat(256), 400],
    ['', 400],
  ])('has a key of at most 255 characters: %s', async (key, status) => {
    calls.echo();
    const body = { steps: Array(11).fill(MANAGER) as object[], input: 'x' };
    const { response, answer } = await calls.run('sequential', body, { 'idempotency-key': key });
    expect(response.status).toBe(status);
    if (status === 400) expect(answer).not.toHaveProperty('results');
  });
});
