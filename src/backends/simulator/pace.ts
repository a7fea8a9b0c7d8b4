import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

export interface PaceSettings {
  /** Pieces per second; 0 is as fast as possible. */
  readonly tps: number;
  /** By which fraction the gap between two pieces may be longer or shorter. */
  readonly jitter: number;
}

/** When the next piece is due. Late pieces catch up, so that the rate holds over the whole answer. */
export class Pace {
  private dueMs: number | undefined;

  constructor(
    private readonly settings: PaceSettings,
    private readonly random: Random,
    private readonly clock: Pick<Scheduler, 'now'>,
  ) {}

  /** Milliseconds until the next piece, 0 when it is due. The first one always is. */
  waitMs(): number {
    return this.dueMs === undefined ? 0 : Math.max(0, this.dueMs - this.clock.now());
  }

  sent(): void {
    const { tps, jitter } = this.settings;
    if (tps === 0) return;
    const gapMs = (1000 / tps) * (1 + jitter * (2 * this.random.fraction() - 1));
    this.dueMs = (this.dueMs ?? this.clock.now()) + gapMs;
  }

  /** After an interruption nothing is caught up. */
  restart(): void {
    if (this.dueMs !== undefined) this.dueMs = Math.max(this.dueMs, this.clock.now());
  }
}
