import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { ShownCredential } from '../../../common/http/gatekeeper.js';

/** RFC 6750, section 2.1. */
const BEARER = /^Bearer +([\w.~+/-]+=*) *$/i;
/** Three parts of base64url (RFC 7515, section 7.1), the last one empty where nothing is signed. */
const JWT_SHAPE = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** A word of a header that has to be one, and is not; it matches nothing that is issued. */
const MALFORMED = '?';

/**
 * The one credential a caller shows: as a bearer or an API key in the head, as a bearer among the subprotocols of a
 * WebSocket, or elsewhere. Two that differ would leave open who is asking.
 */
export function credentialIn(
  head: IncomingMessage,
  shown: ShownCredential | undefined,
): ShownCredential | GatewayError {
  const { authorization, 'x-api-key': apiKey, 'sec-websocket-protocol': protocols } = head.headers;
  if (authorization === undefined && apiKey === undefined && protocols === undefined) return shown ?? NONE;
  const tokens = new Set<string>();
  if (authorization !== undefined) tokens.add(BEARER.exec(authorization)?.[1] ?? MALFORMED);
  if (apiKey !== undefined) {
    const key = String(apiKey);
    // Node joins lines of the same name.
    if (key.includes(',')) return ambiguous('X-API-Key comes twice.');
    tokens.add(key.trim() === '' ? MALFORMED : key.trim());
  }
  const offered = protocols === undefined ? undefined : bearerAmong(protocols);
  if (offered !== undefined) tokens.add(offered);
  if (shown?.token !== undefined) tokens.add(shown.token);
  const [token, another] = tokens;
  if (another !== undefined || (token !== undefined && shown?.ticket !== undefined))
    return ambiguous('The request shows two credentials that differ.');
  return token === undefined ? (shown ?? NONE) : { token };
}

/** What could be a credential of ours. Clients that must send something send anything else. */
export const looksIssued = (token: string): boolean => token.startsWith('pk_') || JWT_SHAPE.test(token);

export const isJwt = (token: string): boolean => JWT_SHAPE.test(token);

const NONE: ShownCredential = {};

/** `bearer, <token>`: the only header a page can set on a WebSocket. */
function bearerAmong(protocols: string): string | undefined {
  const offered = protocols.split(',').map((protocol) => protocol.trim());
  const index = offered.findIndex((protocol) => protocol.toLowerCase() === 'bearer');
  return index === -1 ? undefined : (offered[index + 1] ?? MALFORMED);
}

const ambiguous = (message: string): GatewayError => new GatewayError('invalid_request', message);
