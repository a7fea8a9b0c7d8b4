import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FlushClock } from './flush-clock.js';

let clock: FlushClock;
let rung: string[];

beforeEach(() => {
  vi.useFakeTimers();
  clock = new FlushClock();
  rung = [];
});

const ring = (name: string) => () => void rung.push(name);

describe(FlushClock.name, () => {
  it('rings when the delay has passed, and not before', () => {
    clock.ringIn(100, ring('a'));
    vi.advanceTimersByTime(98);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(rung).toEqual(['a']);
    vi.advanceTimersByTime(1000);
    expect(rung).toEqual(['a']);
  });

  it('rings in the order of the calls, each in its own time', () => {
    for (const name of ['a', 'b', 'c']) {
      clock.ringIn(100, ring(name));
      vi.advanceTimersByTime(30);
    }
    vi.advanceTimersByTime(9);
    expect(rung).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(rung).toEqual(['a']);
    vi.advanceTimersByTime(30);
    expect(rung).toEqual(['a', 'b']);
    vi.advanceTimersByTime(30);
    expect(rung).toEqual(['a', 'b', 'c']);
  });

  it('keeps delays apart', () => {
    clock.ringIn(250, ring('slow'));
    clock.ringIn(100, ring('fast'));
    vi.advanceTimersByTime(100);
    expect(rung).toEqual(['fast']);
    vi.advanceTimersByTime(150);
    expect(rung).toEqual(['fast', 'slow']);
  });

  it('has one timer for all who wait equally long, and none when nobody does', () => {
    for (let i = 0; i < 5000; i++) clock.ringIn(100, ring('x'));
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(100);
    expect(rung).toHaveLength(5000);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes alarms from who is being rung', () => {
    clock.ringIn(100, () => clock.ringIn(100, ring('again')));
    vi.advanceTimersByTime(101);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(100);
    expect(rung).toEqual(['again']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('rings every one of many that come all the time', () => {
    for (let i = 0; i < 10_000; i++) {
      clock.ringIn(100, ring(String(i)));
      if (i % 4 === 0) vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(101);
    expect(rung).toEqual(Array.from({ length: 10_000 }, (_, i) => String(i)));
  });
});
