import type { Principal } from '../../contracts/principal.js';
import type { StreamHead } from '../../contracts/stream-dialect.js';
import type { FollowedLog } from '../generation/index.js';
import type { KeptResponse } from './kept-responses.js';

/** A response that can be read again. */
export interface StoredResponse extends KeptResponse {
  readonly source: FollowedLog;
}

/** A response that has only begun. */
export interface BegunResponse extends KeptResponse {
  readonly head: StreamHead;
  readonly owner: Principal;
  readonly profile: string;
}
