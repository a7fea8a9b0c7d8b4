import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../../test/support/eventually.js';
import { SystemReadings } from './system-readings.js';

describe(SystemReadings.name, () => {
  it('sees how long the event loop was held up, and forgets it with the reading', async () => {
    const readings = new SystemReadings();
    readings.start();
    await sleep(50);
    readings.read();
    await sleep(50);
    const until = performance.now() + 150;
    while (performance.now() < until);
    await sleep(50);
    expect(readings.read().loopDelayMs).toBeGreaterThanOrEqual(140);
    await eventually(() => readings.read().loopDelayMs < 140);
    readings.stop();
  });

  it('sees how full the heap is', () => {
    const { heapShare } = new SystemReadings().read();
    expect(heapShare).toBeGreaterThan(0);
    expect(heapShare).toBeLessThan(1);
  });
});
