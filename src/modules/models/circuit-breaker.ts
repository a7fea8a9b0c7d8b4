import type { Clock } from '../../common/clock.js';

export type BreakerState = 'closed' | 'open' | 'half-open';

export interface BreakerSettings {
  /** Share of failures at which it opens. */
  readonly threshold: number;
  /** Calls in the window before the share says anything. */
  readonly minimumCalls: number;
  readonly windowMs: number;
  /** How long it stays open before one call may try. */
  readonly openMs: number;
}

export const BREAKER_SETTINGS: BreakerSettings = {
  threshold: 0.5,
  minimumCalls: 10,
  windowMs: 10_000,
  openMs: 5_000,
};

export type CallVerdict =
  /** The backend did its part. */
  | 'success'
  | 'failure'
  /** Says nothing about the backend: the caller's fault, or it was cancelled. */
  | 'neutral';

/** Keeps calls away from a backend that mostly fails, and lets one call at a time try whether it is back. */
export class CircuitBreaker {
  private current: BreakerState = 'closed';
  private successes = 0;
  private failures = 0;
  private windowEnds = 0;
  private opensUntil = 0;
  private probing = false;

  constructor(
    private readonly clock: Clock,
    private readonly onChange: (state: BreakerState) => void,
    private readonly settings: BreakerSettings = BREAKER_SETTINGS,
  ) {}

  get state(): BreakerState {
    return this.current;
  }

  /** Seconds until a call may try again; 0 while it lets calls through. */
  get retryAfterS(): number {
    return this.current === 'closed'
      ? 0
      : Math.max(1, Math.ceil((this.opensUntil - this.clock.now()) / 1000));
  }

  /** Whether a call may go. Each call let through is followed by one `record`. */
  admit(): boolean {
    if (this.current === 'closed') return true;
    if (this.current === 'open' && this.clock.now() >= this.opensUntil) this.change('half-open');
    if (this.current === 'open' || this.probing) return false;
    this.probing = true;
    return true;
  }

  record(verdict: CallVerdict): void {
    if (this.current !== 'closed') {
      this.probing = false;
      if (verdict === 'success') this.close();
      else if (verdict === 'failure') this.open();
      return;
    }
    if (verdict === 'neutral') return;
    const now = this.clock.now();
    if (now >= this.windowEnds) {
      this.successes = this.failures = 0;
      this.windowEnds = now + this.settings.windowMs;
    }
    if (verdict === 'success') this.successes++;
    else this.failures++;
    const calls = this.successes + this.failures;
    if (calls >= this.settings.minimumCalls && this.failures >= calls * this.settings.threshold) this.open();
  }

  private open(): void {
    this.opensUntil = this.clock.now() + this.settings.openMs;
    this.change('open');
  }

  private close(): void {
    this.windowEnds = 0;
    this.change('closed');
  }

  private change(state: BreakerState): void {
    if (state === this.current) return;
    this.current = state;
    this.onChange(state);
  }
}
