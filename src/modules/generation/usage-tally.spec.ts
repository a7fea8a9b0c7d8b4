import { describe, expect, it } from 'vitest';
import { reasoningEntry, textEntry } from './log/entry.js';
import { GenerationLog } from './log/generation-log.js';
import type { Usage } from '../../contracts/usage.js';
import { UsageTally } from './usage-tally.js';

const logOf = (...choices: number[]) => {
  const log = new GenerationLog();
  for (const choice of choices) log.append(textEntry('x', choice));
  return log;
};

describe(UsageTally.name, () => {
  it('gives the only answer’s counts as they are', () => {
    const tally = new UsageTally(1, 1);
    const usage = { promptTokens: 7, completionTokens: 2, cachedTokens: 3 };
    tally.report(0, usage);
    expect(tally.total(logOf(0, 0))).toEqual(usage);
  });

  it('counts the pieces where nothing was said, and says that it did', () => {
    expect(new UsageTally(1, 1).total(logOf(0, 0, 0))).toMatchObject({
      completionTokens: 3,
      estimated: true,
    });
  });

  it('counts thoughts by their pieces where the backend does not tell them apart', () => {
    const log = logOf(0, 0);
    log.appendTagged(reasoningEntry('Hm', 0));
    log.appendTagged(reasoningEntry('m', 0));
    const total = (usage: Usage) => {
      const tally = new UsageTally(1, 1);
      tally.report(0, usage);
      return tally.total(log);
    };
    expect(total({ completionTokens: 4 })).toEqual({ completionTokens: 4, reasoningTokens: 2 });
    expect(total({ completionTokens: 1 })).toEqual({ completionTokens: 1, reasoningTokens: 1 });
    expect(total({ completionTokens: 4, reasoningTokens: 3 })).toHaveProperty('reasoningTokens', 3);
    expect(total({})).toMatchObject({ completionTokens: 4, reasoningTokens: 2, estimated: true });

    const tally = new UsageTally(2, 1);
    tally.report(0, { completionTokens: 5 });
    tally.report(1, { completionTokens: 5 });
    expect(tally.total(log)).toMatchObject({ completionTokens: 10, reasoningTokens: 2 });
  });

  it('counts a prompt once for all its answers', () => {
    const tally = new UsageTally(2, 1);
    tally.report(0, { promptTokens: 7, completionTokens: 2 });
    tally.report(1, { promptTokens: 7, completionTokens: 3 });
    expect(tally.total(logOf())).toMatchObject({ promptTokens: 7, completionTokens: 5 });
  });

  it('adds up different prompts', () => {
    const tally = new UsageTally(4, 2);
    [100, 100, 80, 80].forEach((promptTokens, choice) =>
      tally.report(choice, { promptTokens, completionTokens: 1 }),
    );
    expect(tally.total(logOf())).toMatchObject({ promptTokens: 180, completionTokens: 4 });
  });

  it('estimates just the answers nothing was said of', () => {
    const tally = new UsageTally(2, 1);
    tally.report(0, { promptTokens: 7, completionTokens: 50 });
    expect(tally.total(logOf(1, 1, 1))).toMatchObject({ completionTokens: 53, estimated: true });
  });
});
