import { describe, expect, it } from 'vitest';
import { runSimulator } from './testing/run-simulator.js';
import { withLogprobs } from './logprobs.js';

const MODEL = 'sim/unicode?seed=7&tokens=40&thinking=3';

describe(withLogprobs.name, () => {
  it('says of each piece of text that it was one token, the likeliest of those in its place', () => {
    const { texts, scores, thoughts } = runSimulator(MODEL, { topLogprobs: 3 });
    expect(thoughts).toHaveLength(3);
    expect(scores.map(({ token }) => token)).toEqual(texts);
    for (const { token, logprob, bytes, top_logprobs: all } of scores) {
      expect(Buffer.from(bytes!).toString()).toBe(token);
      expect(all).toHaveLength(3);
      expect(all[0]).toEqual({ token, logprob, bytes });
      const values = all.map((each) => each.logprob);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      expect(values.every((value) => value <= 0)).toBe(true);
    }
  });

  it('says the same for the same seed, whatever the text without it', () => {
    const [once, again] = [0, 0].map((topLogprobs) => runSimulator(MODEL, { topLogprobs }));
    expect(once!.scores).toEqual(again!.scores);
    expect(once!.scores.every(({ top_logprobs: none }) => none.length === 0)).toBe(true);
    const unasked = runSimulator(MODEL);
    expect([unasked.joined, unasked.scores]).toEqual([once!.joined, []]);
  });
});
