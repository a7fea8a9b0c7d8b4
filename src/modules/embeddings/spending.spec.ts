import { describe, expect, it } from 'vitest';
import { Spending } from './spending.js';
import { Vector } from './vector.js';

describe(Spending.name, () => {
  const failed = () => Promise.reject(new Error('failed'));
  const { signal } = new AbortController();

  it('knows what came back', async () => {
    const spent = new Spending();
    expect(spent.tokens).toBeUndefined();
    await spent.count(['a long text'], signal, () => Promise.resolve([Vector.of(new Float32Array([1]), 7)]));
    expect(spent.tokens).toBe(7);
  });

  it('estimates what is under way, and what was stopped', async () => {
    const spent = new Spending();
    const stop = new AbortController();
    const counted = spent.count(['eight by', 'four'], stop.signal, async () => {
      await Promise.resolve();
      stop.abort();
      return failed();
    });
    expect(spent.tokens).toBe(3);
    await expect(counted).rejects.toThrow('failed');
    expect(spent.tokens).toBe(3);
  });

  it('does not count what failed', async () => {
    const spent = new Spending();
    await expect(spent.count(['four'], signal, failed)).rejects.toThrow('failed');
    expect(spent.tokens).toBeUndefined();
  });
});
