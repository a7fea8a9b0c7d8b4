import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Wake, type Wakeable } from './wake.js';

let wake: Wake;
let pumped: string[];

beforeEach(() => {
  vi.useFakeTimers();
  wake = new Wake();
  pumped = [];
});

const sleeper = (name: string, deed = () => {}): Wakeable => ({
  awake: false,
  pump: () => {
    pumped.push(name);
    deed();
  },
});
const turn = () => vi.advanceTimersToNextTimer();

describe(Wake.name, () => {
  it('pumps nobody at once, and everybody once in the next turn', () => {
    const [a, b] = [sleeper('a'), sleeper('b')];
    for (const target of [a, b, a, b, a]) wake.mark(target);
    expect(pumped).toEqual([]);
    expect(vi.getTimerCount()).toBe(1);
    turn();
    expect(pumped).toEqual(['a', 'b']);
    expect([a.awake, b.awake]).toEqual([false, false]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('gives who is marked while it is pumped another turn', () => {
    let left = 3;
    const a: Wakeable = sleeper('a', () => {
      if (--left > 0) wake.mark(a);
    });
    wake.mark(a);
    turn();
    expect(pumped).toEqual(['a']);
    turn();
    turn();
    expect(pumped).toEqual(['a', 'a', 'a']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('pumps who is marked by another in this turn, or in the next when it had its turn', () => {
    const b = sleeper('b');
    const a = sleeper('a', () => wake.mark(b));
    wake.mark(a);
    wake.mark(b);
    turn();
    expect(pumped).toEqual(['a', 'b']);
    wake.mark(a);
    turn();
    expect(pumped).toEqual(['a', 'b', 'a']);
    turn();
    expect(pumped).toEqual(['a', 'b', 'a', 'b']);
  });
});
