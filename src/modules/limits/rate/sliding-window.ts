/** Parts of a window that are counted for themselves. */
export const PARTS = 30;

/** What a limit says to one more. */
export interface RateAnswer {
  readonly allowed: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until all of it can be used again. */
  readonly resetMs: number;
  /** Until the next one is let in, where this one is not. */
  readonly retryMs: number;
}

/**
 * Counts so that in no window's time more than the limit get in, wherever it begins. It is counted by parts of the window, so
 * a place comes free up to one part later than it might.
 */
export class SlidingWindow {
  private readonly counts = new Uint32Array(PARTS + 1);
  private newest: number;
  private total = 0;

  constructor(
    private readonly partMs: number,
    now: number,
  ) {
    this.newest = Math.floor(now / partMs);
  }

  /** Nothing in it counts any more. */
  isIdle(now: number): boolean {
    this.advance(now);
    return this.total === 0;
  }

  hasRoom(limit: number, now: number): boolean {
    this.advance(now);
    return this.total < limit;
  }

  take(): void {
    this.counts[this.newest % (PARTS + 1)]!++;
    this.total++;
  }

  answer(allowed: boolean, limit: number, now: number): RateAnswer {
    return {
      allowed,
      limit,
      remaining: Math.max(0, limit - this.total),
      resetMs: this.total === 0 ? 0 : this.untilGone(this.find(this.newest, -1), now),
      retryMs: allowed ? 0 : this.untilGone(this.find(this.newest - PARTS, 1), now),
    };
  }

  /** Where the clock was set back it is counted on from where it was, or anew where that is more than a window away. */
  private advance(now: number): void {
    const part = Math.floor(now / this.partMs);
    const steps = part - this.newest;
    if (steps <= 0 && steps >= -PARTS) return;
    if (Math.abs(steps) > PARTS) {
      this.counts.fill(0);
      this.total = 0;
    }
    for (let step = 0; step < steps && this.total > 0; step++) {
      const at = (part - step) % (PARTS + 1);
      this.total -= this.counts[at]!;
      this.counts[at] = 0;
    }
    this.newest = part;
  }

  /** The first part with something in it, from one on. */
  private find(from: number, step: 1 | -1): number {
    let part = from;
    while (
      this.counts[((part % (PARTS + 1)) + PARTS + 1) % (PARTS + 1)] === 0 &&
      Math.abs(part - from) < PARTS
    )
      part += step;
    return part;
  }

  private untilGone(part: number, now: number): number {
    return Math.max(1, (part + PARTS + 1) * this.partMs - now);
  }
}
