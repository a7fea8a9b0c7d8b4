import type { Failure } from './failure.js';
import type { FinishReason } from './model-backend.js';

/** Why a generation was stopped from our side. */
export type CancelReason = 'client_gone' | 'cancelled' | 'timeout' | 'shutdown' | 'slow_client';

/** How a generation ended. There is no other way to end. */
export type Outcome =
  /** One reason per answer, in the order of their index. */
  | { readonly status: 'finished'; readonly finishReasons: readonly FinishReason[] }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'cancelled'; readonly reason: CancelReason };

export type GenerationStatus = 'running' | Outcome['status'] | 'interrupted';

const CANCEL_FAILURES: Readonly<Record<CancelReason, Failure>> = {
  client_gone: { code: 'cancelled', message: 'The client left.' },
  cancelled: { code: 'cancelled', message: 'The generation was cancelled.' },
  timeout: { code: 'timeout', message: 'The generation reached its deadline.' },
  shutdown: { code: 'shutdown', message: 'The gateway is shutting down.' },
  slow_client: { code: 'slow_client', message: 'The stream was read too slowly.' },
};

/** How a stop from our side is said to a caller who is still there. */
export const cancelFailure = (reason: CancelReason): Failure => CANCEL_FAILURES[reason];
