import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { LoadReadings, LoadSource } from './load-monitor.js';

const RESOLUTION_MS = 20;

/** The event loop and the heap of this process. */
export class SystemReadings implements LoadSource {
  private readonly loopDelay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.loopDelay.enable();
  }

  stop(): void {
    this.loopDelay.disable();
  }

  read(): LoadReadings {
    const loopDelayMs = this.loopDelay.percentile(99) / 1e6;
    this.loopDelay.reset();
    const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
    return { loopDelayMs, heapShare: used / limit };
  }
}
