import { afterEach, vi } from 'vitest';

/** Who waits for others that wait. */
const MOST_ROUNDS = 100;

/**
 * After each test the clock is the real one. The files of a worker share their modules: one of them that waits for a timer
 * of a test would wait for ever, so what is pending is rung before.
 */
afterEach(() => {
  if (!vi.isFakeTimers()) return;
  for (let round = 0; vi.getTimerCount() > 0 && round < MOST_ROUNDS; round++) vi.runOnlyPendingTimers();
  vi.useRealTimers();
});
