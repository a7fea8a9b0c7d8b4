import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors/gateway.error.js';
import type { Access } from './access-policy.js';
import type { Gatekeeper, ShownCredential, Verdict } from './gatekeeper.js';
import { joinCallers } from './join-callers.js';
import type { SignedRequests } from './signed-requests.js';

export interface OpenerParts {
  readonly gatekeeper: Gatekeeper;
  readonly signatures: SignedRequests;
}

/** Sockets trust the networks that are trusted. */
const ACCESS: Access = { policy: 'net' };
const NOTHING = Buffer.alloc(0);

/** Who opens a socket: as with any other request, but that a signature is judged with the head, as no body comes. */
export function identifyOpener(
  head: IncomingMessage,
  parts: OpenerParts,
  shown?: ShownCredential,
): Verdict | Promise<Verdict> {
  return parts.signatures.isSigned(head)
    ? identifySigner(head, parts, shown)
    : parts.gatekeeper.identify(head, ACCESS, shown);
}

/** The nonce is used up last, when nothing else is wrong. */
async function identifySigner(
  head: IncomingMessage,
  { gatekeeper, signatures }: OpenerParts,
  shown: ShownCredential | undefined,
): Promise<Verdict> {
  const signed = signatures.read(head);
  if (signed instanceof GatewayError) return signed;
  const obstacle = await signed.findObstacle();
  if (obstacle !== undefined) return obstacle;
  const other = gatekeeper.isShownIn(head, shown)
    ? await gatekeeper.identify(head, ACCESS, shown)
    : undefined;
  if (other instanceof GatewayError) return other;
  const caller = joinCallers(await signed.verify(NOTHING), other);
  return caller instanceof GatewayError ? caller : gatekeeper.admit(head, ACCESS, caller);
}
