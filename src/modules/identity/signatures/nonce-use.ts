import { MAX_AGE_S, MAX_AHEAD_S } from './signature-claim.js';

/** A nonce that a signature uses up. */
export interface NonceUse {
  readonly tenant: string;
  readonly device: string;
  readonly nonce: string;
}

/** Twice the time in which a signature can be good, so that clocks may differ between replicas. */
export const NONCE_KEPT_MS = 2 * (MAX_AGE_S + MAX_AHEAD_S) * 1000;
