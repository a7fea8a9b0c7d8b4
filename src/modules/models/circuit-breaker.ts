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

/** What a window forgets at a time. */
const SLOTS_PER_WINDOW = 10;

interface Slot {
  readonly number: number;
  calls: number;
  failures: number;
}

/** Keeps calls away from a backend that mostly fails, and lets one call at a time try whether it is back. */
export class CircuitBreaker {
  private current: BreakerState = 'closed';
  /** Counts the changes of state: how a call ended that was let through before the last one is no news. */
  private era = 0;
  /** Newest first. */
  private slots: Slot[] = [];
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

  /** Lets a call through with the era it belongs to, which its one `record` brings back; undefined keeps it away. */
  admit(): number | undefined {
    if (this.current === 'open' && this.clock.now() >= this.opensUntil) this.change('half-open');
    if (this.current === 'open' || this.probing) return undefined;
    this.probing = this.current === 'half-open';
    return this.era;
  }

  /** The call gets its answer. Others need not wait for the end of it. */
  answered(era: number): void {
    if (era === this.era && this.current === 'half-open') this.change('closed');
  }

  record(era: number, verdict: CallVerdict): void {
    if (era !== this.era) return;
    this.probing = false;
    if (verdict === 'neutral') return;
    if (this.current === 'closed') this.count(verdict === 'failure');
    else if (verdict === 'success') this.change('closed');
    else this.open();
  }

  private count(isFailure: boolean): void {
    const { windowMs, minimumCalls, threshold } = this.settings;
    const number = Math.floor((this.clock.now() / windowMs) * SLOTS_PER_WINDOW);
    if (this.slots[0]?.number !== number) {
      const known = this.slots.filter((slot) => slot.number > number - SLOTS_PER_WINDOW);
      this.slots = [{ number, calls: 0, failures: 0 }, ...known];
    }
    this.slots[0]!.calls++;
    if (isFailure) this.slots[0]!.failures++;
    const calls = this.slots.reduce((sum, slot) => sum + slot.calls, 0);
    const failures = this.slots.reduce((sum, slot) => sum + slot.failures, 0);
    if (calls >= minimumCalls && failures >= calls * threshold) this.open();
  }

  private open(): void {
    this.opensUntil = this.clock.now() + this.settings.openMs;
    this.change('open');
  }

  private change(state: BreakerState): void {
    this.current = state;
    this.era++;
    this.probing = false;
    this.slots = [];
    this.onChange(state);
  }
}
