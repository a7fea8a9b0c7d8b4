/** Why a generation gave no complete answer. Each is also an error code a caller can see. */
export type FailureCode =
  /** Refused, no such host, connect time-out, or reset before the answer's first byte. */
  | 'upstream_unavailable'
  /** No first token in time, or silence in the middle of an answer. */
  | 'upstream_timeout'
  /** The bytes are not the protocol: malformed, too long a line, a redirect, a compressed body. */
  | 'upstream_protocol_error'
  /** The answer broke off: ended or reset before its end was said. */
  | 'upstream_incomplete'
  /** The backend said it failed. */
  | 'upstream_error'
  /** The backend refused our credentials. */
  | 'upstream_auth'
  /** Breaker open, queue full, or the backend said it is busy. */
  | 'server_busy'
  /** The backend limits us; `retryAfterS` carries its wish. */
  | 'rate_limit_exceeded'
  | 'model_not_found'
  /** The backend found fault with the request itself. */
  | 'invalid_request'
  /** The backend says that the request does not fit into the model's context. */
  | 'context_length_exceeded'
  /** The four ways in which we stop a generation ourselves. */
  | 'cancelled'
  | 'timeout'
  | 'shutdown'
  | 'slow_client'
  /** The process that ran it is gone. */
  | 'interrupted'
  /** The answer could not be put on record. */
  | 'audit_unavailable'
  | 'internal';

export interface Failure {
  readonly code: FailureCode;
  /** Safe to show to the caller. */
  readonly message: string;
  /** The field of the request that is at fault, where the caller can name it so. */
  readonly param?: string;
  /** Seconds the backend asked us to wait. */
  readonly retryAfterS?: number;
  /** What we know and must not tell; goes to the log. */
  readonly detail?: string;
}

/** A failure where it is thrown. */
export class FailureError extends Error {
  override readonly name = 'FailureError';

  constructor(readonly failure: Failure) {
    super(failure.message);
  }
}
