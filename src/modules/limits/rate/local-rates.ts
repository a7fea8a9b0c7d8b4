import type { Clock } from '../../../common/clock.js';
import { PARTS, SlidingWindow, type RateAnswer } from './sliding-window.js';

/** One limit that a request comes under. */
export interface RateCheck {
  /** Who or what is counted. */
  readonly key: string;
  readonly limit: number;
}

/** Windows of callers who may come back. Above this those that are empty are looked for, and then the oldest go. */
const MANY = 50_000;
const SWEEP_EVERY_MS = 1_000;

/** Limits that hold in this process. */
export class LocalRates {
  private readonly windows = new Map<string, SlidingWindow>();
  private sweptAt = -Infinity;

  constructor(
    private readonly windowMs: number,
    private readonly clock: Clock,
    /** The part of each limit that this process may give away; never less than one request. */
    private readonly share = 1,
  ) {}

  /** Lets it in where every limit has room; then it counts against all of them. */
  take(checks: readonly RateCheck[]): RateAnswer {
    const now = this.clock.now();
    let worst: RateAnswer | undefined;
    for (const check of checks) {
      const limit = this.shareOf(check);
      const window = this.windowOf(check.key, now);
      if (!window.hasRoom(limit, now)) return window.answer(false, limit, now);
    }
    for (const check of checks) {
      const window = this.windowOf(check.key, now);
      window.take();
      const answer = window.answer(true, this.shareOf(check), now);
      if (worst === undefined || answer.remaining < worst.remaining) worst = answer;
    }
    return worst!;
  }

  get size(): number {
    return this.windows.size;
  }

  private shareOf({ limit }: RateCheck): number {
    return Math.max(1, Math.floor(limit * this.share));
  }

  private windowOf(key: string, now: number): SlidingWindow {
    let window = this.windows.get(key);
    if (window === undefined) {
      if (this.windows.size >= MANY) this.makeRoom(now);
      this.windows.set(key, (window = new SlidingWindow(this.windowMs / PARTS, now)));
    }
    return window;
  }

  private makeRoom(now: number): void {
    if (now - this.sweptAt >= SWEEP_EVERY_MS) {
      this.sweptAt = now;
      for (const [key, window] of this.windows) if (window.isIdle(now)) this.windows.delete(key);
    }
    for (const key of this.windows.keys()) {
      if (this.windows.size < MANY) return;
      this.windows.delete(key);
    }
  }
}
