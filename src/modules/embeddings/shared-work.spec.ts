import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { SharedWork } from './shared-work.js';

describe(SharedWork.name, () => {
  it('leaves nothing on the signal of who has waited', async () => {
    const work = new SharedWork<number>();
    const { signal } = new AbortController();
    let finish: (made: Map<string, number>) => void = () => undefined;
    let fail: (error: Error) => void = () => undefined;
    work.claim(['a'], () => new Promise((resolve) => (finish = resolve)));
    work.claim(['b'], () => new Promise((_, reject) => (fail = reject)));

    const a = work.wait(['a'], signal);
    const b = work.wait(['b'], signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(2);
    finish(new Map([['a', 1]]));
    fail(new Error('broken'));

    expect(await a).toEqual(new Map([['a', 1]]));
    await expect(b).rejects.toThrow('broken');
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('lets who has given up go at once, and stops the work when nobody waits any more', async () => {
    const work = new SharedWork<number>();
    const [first, second] = [new AbortController(), new AbortController()];
    let making: AbortSignal | undefined;
    work.claim(['a'], (signal) => {
      making = signal;
      return new Promise(() => undefined);
    });
    const [one, other] = [work.wait(['a'], first.signal), work.wait(['a'], second.signal)];

    first.abort(new Error('gone'));
    await expect(one).rejects.toThrow('gone');
    expect(making?.aborted).toBe(false);

    second.abort(new Error('gone too'));
    await expect(other).rejects.toThrow('gone too');
    expect(making?.aborted).toBe(true);
  });

  it('does not wait for anything when it is over before', async () => {
    const work = new SharedWork<number>();
    work.claim(['a'], () => new Promise(() => undefined));

    await expect(work.wait(['a'], AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
  });
});
