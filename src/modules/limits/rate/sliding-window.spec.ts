import { describe, expect, it } from 'vitest';
import { PARTS, SlidingWindow } from './sliding-window.js';

const WINDOW_MS = 60_000;
const PART_MS = WINDOW_MS / PARTS;

/** Takes where there is room, and says whether there was. */
function take(window: SlidingWindow, limit: number, now: number): boolean {
  if (!window.hasRoom(limit, now)) return false;
  window.take();
  return true;
}

/** Numbers that look random and are the same each time. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ;) yield (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

describe(SlidingWindow.name, () => {
  it('lets in as many as the limit says, and no more', () => {
    const window = new SlidingWindow(PART_MS, 0);
    const taken = Array.from({ length: 150 }, (_, at) => take(window, 100, at * 10)).filter(Boolean);
    expect(taken).toHaveLength(100);
  });

  it('says when the next one is let in, and keeps its word', () => {
    const window = new SlidingWindow(PART_MS, 0);
    for (let at = 0; at < 3; at++) expect(take(window, 3, at * 10_000)).toBe(true);
    const now = 30_000;
    expect(window.hasRoom(3, now)).toBe(false);
    const { retryMs, resetMs, remaining } = window.answer(false, 3, now);
    expect(remaining).toBe(0);
    expect(retryMs).toBeLessThanOrEqual(WINDOW_MS - now + PART_MS);
    expect(window.hasRoom(3, now + retryMs - 1)).toBe(false);
    expect(window.hasRoom(3, now + retryMs)).toBe(true);
    expect(window.isIdle(now + resetMs - 1)).toBe(false);
    expect(window.isIdle(now + resetMs)).toBe(true);
  });

  it.each([1, 2, 3, 4, 5])('lets no more in than the limit, wherever a minute begins (%i)', (seed) => {
    const random = numbers(seed);
    const window = new SlidingWindow(PART_MS, 0);
    const times: number[] = [];
    let now = 0;
    for (let at = 0; at < 5_000; at++) {
      now += random.next().value! < 0.02 ? random.next().value! * 80_000 : random.next().value! * 500;
      if (take(window, 40, now)) times.push(now);
    }
    expect(times.length).toBeGreaterThan(200);
    for (let at = 40; at < times.length; at++)
      expect(times[at]! - times[at - 40]!).toBeGreaterThanOrEqual(WINDOW_MS);
  });

  it('gives all back when nothing came for a minute, also after a long time', () => {
    const window = new SlidingWindow(PART_MS, 0);
    for (let at = 0; at < 5; at++) take(window, 5, 0);
    expect(window.hasRoom(5, WINDOW_MS - 1)).toBe(false);
    expect(window.hasRoom(5, WINDOW_MS * 1_000)).toBe(true);
    expect(window.answer(true, 5, WINDOW_MS * 1_000)).toMatchObject({ remaining: 5, resetMs: 0 });
  });

  it('counts on where it was when the clock is set back by less than a window', () => {
    const window = new SlidingWindow(PART_MS, 500_000);
    expect(take(window, 1, 500_000)).toBe(true);
    expect(take(window, 1, 500_000 - WINDOW_MS)).toBe(false);
  });

  it('begins anew when the clock is set back by more, and keeps nobody out until it is where it was', () => {
    const window = new SlidingWindow(PART_MS, 5_000_000);
    expect(take(window, 1, 5_000_000)).toBe(true);
    expect(take(window, 1, 1_000_000)).toBe(true);
    expect(take(window, 1, 1_000_000)).toBe(false);
    const { retryMs } = window.answer(false, 1, 1_000_000);
    expect(retryMs).toBeLessThanOrEqual(WINDOW_MS + 2 * PART_MS);
    expect(take(window, 1, 1_000_000 + retryMs)).toBe(true);
  });
});
