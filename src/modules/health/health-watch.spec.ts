import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { HealthSource } from './health-part.js';
import { HealthWatch } from './health-watch.js';

let looks: number;
let answer: () => Promise<void>;
let watch: HealthWatch;

beforeEach(() => {
  vi.useFakeTimers();
  looks = 0;
  answer = () => Promise.resolve();
  const source: HealthSource = { parts: [], refresh: () => (looks++, answer()) };
  watch = new HealthWatch([source]);
});

afterEach(() => {
  watch.onApplicationShutdown();
  vi.restoreAllMocks();
});

describe(HealthWatch.name, () => {
  it('looks before the first request, and then every second', async () => {
    await watch.onApplicationBootstrap();
    expect(looks).toBe(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(looks).toBe(4);
  });

  it('holds up the start for a moment only, and never asks twice at the same time', async () => {
    answer = () => new Promise(() => undefined);
    const started = watch.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(250);
    await started;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looks).toBe(1);
  });

  it('goes on after a check that failed, and says so', async () => {
    const error = vi.spyOn(Logger.prototype, 'error').mockReturnValue(undefined);
    answer = () => Promise.reject(new Error('broken'));
    await watch.onApplicationBootstrap();
    answer = () => Promise.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(looks).toBe(2);
    expect(error).toHaveBeenCalledTimes(1);
  });

  it('stops with the application', async () => {
    await watch.onApplicationBootstrap();
    watch.onApplicationShutdown();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(looks).toBe(1);
  });
});
