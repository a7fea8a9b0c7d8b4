import type { FakeModelServer } from './fake-model-server.js';
import type { FaultTiming } from './fault-scripts.js';

/** What the caller gets when nothing has been sent yet. */
export interface StatusOutcome {
  readonly status: number;
  readonly code: string;
  /** Seconds in the `Retry-After` header. */
  readonly retryAfterS?: number;
}

/** What ends the caller's stream when something has been sent: one error frame of this code, then no `[DONE]`. */
export interface FrameOutcome {
  readonly frameCode: string;
}

export interface FaultOutcomes {
  /** When it strikes before the first piece; absent when it cannot. */
  readonly before?: StatusOutcome;
  /** When it strikes after some pieces; absent when it cannot. */
  readonly after?: FrameOutcome;
  /** Looks like a fault and is none: the answer is the good pieces followed by this text. */
  readonly passesWith?: string;
  /** Ends only by the gateway's own time limits, which the test should make short. */
  readonly endsByTimeout?: true;
}

export interface UpstreamFault extends FaultOutcomes {
  readonly name: string;
  /** Makes the fake behave so from its next scripted answer on. */
  readonly install: (server: FakeModelServer, timing?: FaultTiming) => Promise<void> | void;
}

export const UNAVAILABLE: StatusOutcome = { status: 502, code: 'upstream_unavailable' };
export const PROTOCOL_ERROR: StatusOutcome = { status: 502, code: 'upstream_protocol_error' };
export const TIMEOUT: StatusOutcome = { status: 504, code: 'upstream_timeout' };
export const FAILED: StatusOutcome = { status: 502, code: 'upstream_error' };
export const AUTH: StatusOutcome = { status: 502, code: 'upstream_auth' };
export const CALLERS_FAULT: StatusOutcome = { status: 400, code: 'invalid_request' };
export const BUSY: StatusOutcome = { status: 503, code: 'server_busy' };

/** Bytes that are not the protocol, at whatever time they come. */
export const MALFORMED: FaultOutcomes = {
  before: PROTOCOL_ERROR,
  after: { frameCode: 'upstream_protocol_error' },
};
export const INCOMPLETE: FrameOutcome = { frameCode: 'upstream_incomplete' };
