import type { IncomingMessage } from 'node:http';
import type { Principal } from '../../contracts/principal.js';
import type { GatewayError } from '../errors/gateway.error.js';
import type { Access } from './access-policy.js';

/** Who is asking, or why they are not let in. */
export type Verdict = Principal | GatewayError;

/** A credential that came elsewhere than in the head, as in the first packet of Socket.IO. */
export interface ShownCredential {
  readonly token?: string;
  readonly ticket?: string;
}

/**
 * Decides from the head of a request who is asking, and whether a policy lets them in: for requests and for upgrades.
 * Answers at once where nobody has to be asked, as with a credential seen a moment ago. Never rejects: what a credential
 * needs and cannot be reached is a verdict too, `dependency_unavailable`.
 */
export abstract class Gatekeeper {
  abstract identify(
    head: IncomingMessage,
    access: Access,
    shown?: ShownCredential,
  ): Verdict | Promise<Verdict>;

  /** Whether a bearer or key is shown that could be a credential of ours, good or bad, or more than one of anything. */
  abstract isShownIn(head: IncomingMessage, shown?: ShownCredential): boolean;

  /** As `identify` for somebody who is known already, as by a signature that could not be read with the head. */
  abstract admit(head: IncomingMessage, access: Access, caller: Principal): Verdict;
}
