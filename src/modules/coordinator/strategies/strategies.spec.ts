import { beforeEach, describe, expect, it } from 'vitest';
import { DELEGATE, MERGE } from '../agent-methods.js';
import { FakeSteps } from '../testing/fake-steps.js';
import { runHierarchical } from './run-hierarchical.js';
import { runParallel } from './run-parallel.js';
import { runSequential } from './run-sequential.js';

const call = (agent: string) => ({ agent, method: 'execute' });
const failedAt = (place: string, agent: string) => ({
  place: `${place} (${agent})`,
  error: expect.objectContaining({ message: `${agent} broke` }) as Error,
});

let steps: FakeSteps;
beforeEach(() => {
  steps = new FakeSteps();
});

describe(runSequential.name, () => {
  it('gives each step the output before it', async () => {
    const end = await runSequential([call('a'), { ...call('b'), transform: 'trim' }], { x: 1 }, steps.run);
    expect(steps.asked).toMatchObject([
      { index: 0, input: { x: 1 } },
      { index: 1, input: 'a 0', transform: 'trim' },
    ]);
    expect(end).toMatchObject({ results: [{ output: 'a 0' }, { output: 'b 1' }], output: 'b 1' });
    expect(end.failure).toBeUndefined();
  });

  it('ends with the first that fails', async () => {
    const end = await runSequential([call('a'), call('bad'), call('c')], 'x', steps.run);
    expect(steps.asked).toHaveLength(2);
    expect(end).toMatchObject({ results: [{ success: true }, { success: false }], output: null });
    expect(end.failure).toEqual(failedAt('Step 2', 'bad'));
  });
});

describe(runParallel.name, () => {
  it('gives all the same at once, and has results in their order', async () => {
    const end = await runParallel([call('a'), call('b')], 'x', steps.run);
    expect([steps.most, steps.asked.map(({ input }) => input)]).toEqual([2, ['x', 'x']]);
    expect(end.output).toEqual(['a 0', 'b 1']);
  });

  it('goes on where one fails', async () => {
    const end = await runParallel([call('bad'), call('b')], 'x', steps.run);
    expect(end).toMatchObject({ results: [{ success: false }, { success: true }], output: [null, 'b 1'] });
    expect(end.failure).toBeUndefined();
  });

  it('fails as the first where all do', async () => {
    const end = await runParallel([call('bad1'), call('bad2')], 'x', steps.run);
    expect(end).toMatchObject({ output: null, failure: failedAt('Task 1', 'bad1') });
  });
});

describe(runHierarchical.name, () => {
  const run = (master: string, subAgents: readonly string[]) =>
    runHierarchical({ master: call(master), subAgents: subAgents.map(call) }, 'x', steps.run);

  it('has the master divide, the others work at once, and the master merge', async () => {
    const end = await run('m', ['a', 'b']);
    expect(steps.most).toBe(2);
    const context = { master: 'm', instructions: 'm 0' };
    expect(steps.asked).toMatchObject([
      {
        index: 0,
        phase: 'delegate',
        input: 'x',
        context: {
          sub_agents: [
            { name: 'a', method: 'execute' },
            { name: 'b', method: 'execute' },
          ],
        },
      },
      { index: 1, phase: 'execute', input: 'x', context },
      { index: 2, phase: 'execute', input: 'x', context },
      {
        index: 3,
        phase: 'merge',
        input: 'x',
        context: {
          instructions: 'm 0',
          results: [
            { agent: 'a', method: 'execute', output: 'a 1' },
            { agent: 'b', method: 'execute', output: 'b 2' },
          ],
        },
      },
    ]);
    expect(end).toMatchObject({ output: 'm 3', results: [{}, {}, {}, { phase: 'merge' }] });
    expect(end.failure).toBeUndefined();
  });

  it('asks the master to divide in the words of its method, or in ours where that has none', async () => {
    await run('m', ['a']);
    const [divide, work, merge] = steps.asked;
    expect([divide!.instruct!(''), divide!.instruct!('Share it out.')]).toEqual([DELEGATE, 'Share it out.']);
    expect(work!.instruct).toBeUndefined();
    expect(merge!.instruct!('Share it out.')).toBe(MERGE);
  });

  it('tells the master who has failed', async () => {
    const end = await run('m', ['bad', 'b']);
    expect(steps.asked.at(-1)!.context).toMatchObject({
      results: [{ agent: 'bad', failed: true }, { output: 'b 2' }],
    });
    expect(end).toMatchObject({ output: 'm 3' });
    expect(end.failure).toBeUndefined();
  });

  it.each([
    ['Master', 'bad', ['a'], 1],
    ['Sub-agent 1', 'm', ['bad1', 'bad2'], 3],
  ])('fails with %s where nothing can come of it', async (place, master, subAgents, asked) => {
    const end = await run(master, subAgents);
    expect(end.failure).toEqual(failedAt(place, place === 'Master' ? master : subAgents[0]!));
    expect([end.output, steps.asked.length]).toEqual([null, asked]);
  });
});
