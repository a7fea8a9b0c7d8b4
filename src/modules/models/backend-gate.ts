import type { Clock } from '../../common/clock.js';
import type { Failure, FailureCode } from '../../contracts/failure.js';
import type { ModelBackend } from '../../contracts/model-backend.js';
import { CircuitBreaker, type BreakerState, type CallVerdict } from './circuit-breaker.js';

/** Failures that speak against the backend; the rest are the caller's, or nobody's. */
const COUNTS_AGAINST: ReadonlySet<FailureCode> = new Set([
  'upstream_unavailable',
  'upstream_timeout',
  'upstream_protocol_error',
  'upstream_incomplete',
  'upstream_error',
]);

/** The way to one backend: its breaker, and how many calls may run at once. */
export class BackendGate {
  private running = 0;
  readonly breaker: CircuitBreaker;

  constructor(
    readonly backend: ModelBackend,
    private readonly maxConcurrent: number,
    clock: Clock,
    onBreaker: (state: BreakerState) => void,
  ) {
    this.breaker = new CircuitBreaker(clock, onBreaker);
  }

  /** Lets the call through with a pass, which its one `leave` brings back; otherwise why not. */
  enter(): number | Failure {
    if (this.running >= this.maxConcurrent) {
      return {
        code: 'server_busy',
        message: 'The model server has as many requests as it may.',
        retryAfterS: 1,
      };
    }
    const pass = this.breaker.admit();
    if (pass === undefined) {
      return {
        code: 'server_busy',
        message: 'The model server failed repeatedly and is left alone for a moment.',
        retryAfterS: this.breaker.retryAfterS,
      };
    }
    this.running++;
    return pass;
  }

  /** The call gets its answer. */
  answered(pass: number): void {
    this.breaker.answered(pass);
  }

  leave(pass: number, verdict: CallVerdict): void {
    this.running--;
    const isAskedFor = verdict === 'failure' && this.backend.failsOnDemand === true;
    this.breaker.record(pass, isAskedFor ? 'neutral' : verdict);
  }

  static verdict(failure: Failure): CallVerdict {
    return COUNTS_AGAINST.has(failure.code) ? 'failure' : 'neutral';
  }
}
