import type { Clock } from '../../common/clock.js';

const SHARE_OF_CALLS = 0.1;
const PER_SECOND = 3;
/** Saved up at most: ten seconds' worth. */
const CEILING = PER_SECOND * 10;

/** Bounds retries to a tenth of the calls and three a second, so that an outage is not amplified. */
export class RetryBudget {
  private tokens = PER_SECOND;
  private filledAt: number;

  constructor(private readonly clock: Clock) {
    this.filledAt = clock.now();
  }

  noteCall(): void {
    this.tokens = Math.min(CEILING, this.tokens + SHARE_OF_CALLS);
  }

  /** Takes one retry out of the budget; false when it is used up. */
  spend(): boolean {
    const now = this.clock.now();
    this.tokens = Math.min(CEILING, this.tokens + ((now - this.filledAt) / 1000) * PER_SECOND);
    this.filledAt = now;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
