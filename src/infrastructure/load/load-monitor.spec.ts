import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { LoadMonitor, type LoadReadings, type LoadSource } from './load-monitor.js';

const CALM: LoadReadings = { loopDelayMs: 20, heapShare: 0.3 };
const SLOW: LoadReadings = { loopDelayMs: 201, heapShare: 0.3 };

let now: number;
let readings: LoadReadings;
let monitor: LoadMonitor;
let warn: MockInstance;
let log: MockInstance;

/** The readings of so many milliseconds, one every half second. */
function pass(ms: number, during: LoadReadings): void {
  readings = during;
  for (const end = now + ms; now < end; now += 500) monitor.look();
}

beforeEach(() => {
  warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue(undefined);
  log = vi.spyOn(Logger.prototype, 'log').mockReturnValue(undefined);
  now = 1_000;
  readings = CALM;
  const source: LoadSource = { start: () => undefined, stop: () => undefined, read: () => readings };
  monitor = new LoadMonitor({ now: () => now }, source);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe(LoadMonitor.name, () => {
  it('bears a slow event loop for three seconds and no longer', () => {
    pass(3_000, SLOW);
    expect(monitor.overloaded).toBe(false);
    pass(500, SLOW);
    expect(monitor.overloaded).toBe(true);
  });

  it('forgets slowness that was interrupted', () => {
    pass(2_500, SLOW);
    pass(500, CALM);
    pass(3_000, SLOW);
    expect(monitor.overloaded).toBe(false);
  });

  it('is no longer overloaded once the event loop is quick again', () => {
    pass(4_000, SLOW);
    pass(500, CALM);
    expect(monitor.overloaded).toBe(false);
  });

  it('is overloaded at once by a full heap, until there is clearly room again', () => {
    pass(500, { loopDelayMs: 5, heapShare: 0.851 });
    expect(monitor.overloaded).toBe(true);
    pass(500, { loopDelayMs: 5, heapShare: 0.82 });
    expect(monitor.overloaded).toBe(true);
    pass(500, { loopDelayMs: 5, heapShare: 0.79 });
    expect(monitor.overloaded).toBe(false);
  });

  it('says so once per change', () => {
    pass(10_000, SLOW);
    pass(10_000, CALM);
    expect(warn).toHaveBeenCalledTimes(1);
    expect(log).toHaveBeenCalledTimes(1);
  });

  it('never sheds when it is switched off', () => {
    monitor = new LoadMonitor({ now: () => now });
    monitor.onApplicationBootstrap();
    pass(10_000, SLOW);
    expect(monitor.overloaded).toBe(false);
    monitor.onApplicationShutdown();
  });
});
