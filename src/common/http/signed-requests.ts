import type { IncomingMessage } from 'node:http';
import type { GatewayError } from '../errors/gateway.error.js';
import type { Verdict } from './gatekeeper.js';

/** A request whose head carries a signature of which nothing is believed yet. */
export interface SignedRequest {
  /** Why nobody can have signed it, whatever its body is; undefined where that is to be seen. Never rejects. */
  findObstacle(): Promise<GatewayError | undefined>;
  /** Who has signed it, with this body, or why that is nobody. Never rejects. */
  verify(body: Buffer): Promise<Verdict>;
}

/** Requests that are signed with the key of a device. */
export abstract class SignedRequests {
  /** Whether a request means to be signed. Then it is not taken for one that is not, whatever is wrong with it. */
  abstract isSigned(head: IncomingMessage): boolean;

  /** What can be seen before the body is: whether the signature is well formed, and of this minute. */
  abstract read(head: IncomingMessage): SignedRequest | GatewayError;
}
