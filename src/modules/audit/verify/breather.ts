import { setImmediate } from 'node:timers/promises';

const TURN_MS = 2;

/** Lets others have their turn of the event loop in the middle of long work. */
export class Breather {
  private since = performance.now();

  /** Waits for the next turn when this one has lasted long enough. */
  async breathe(): Promise<void> {
    if (performance.now() - this.since < TURN_MS) return;
    await setImmediate();
    this.since = performance.now();
  }
}
