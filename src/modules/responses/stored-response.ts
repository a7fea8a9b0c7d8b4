import type { FollowedLog } from '../generation/index.js';
import type { KeptResponse } from './kept-responses.js';

/** A response that can be read again. */
export interface StoredResponse extends KeptResponse {
  readonly source: FollowedLog;
}
