import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../errors/gateway.error.js';

/** Name and value of each header line. */
const MAX_RAW_HEADERS = 2 * 100;
const MAX_URL_LENGTH = 8 * 1024;

/** By their length. Said twice they could be read in two ways, and Node would take the first. */
const SINGLE_LINES = new Map(
  ['host', 'content-type', 'authorization'].map((name) => [name.length, name] as const),
);

/** What is wrong with the head of a request that the HTTP parser let through. `bad_http` must end its connection. */
export function findHeadFault({
  rawHeaders,
  headers,
  url = '',
  httpVersion,
}: IncomingMessage): GatewayError | undefined {
  if (rawHeaders.length > MAX_RAW_HEADERS)
    return new GatewayError('headers_too_large', 'More than 100 lines of headers.');
  if (url.length > MAX_URL_LENGTH)
    return new GatewayError('uri_too_long', 'The request target is longer than 8 KiB.');
  // RFC 9112, section 6.1: a coding that is not understood leaves open where the body ends.
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return new GatewayError('bad_http', 'The only transfer coding is chunked.');
  // Who is in between and speaks only that version sees the end of the body elsewhere.
  if (coding !== undefined && httpVersion === '1.0')
    return new GatewayError('bad_http', 'HTTP/1.0 has no transfer codings.');
  if (headers.host === undefined && httpVersion === '1.1')
    return new GatewayError('bad_http', 'The request has no Host header.');
  const twice = findRepeatedLine(rawHeaders);
  return twice === undefined ? undefined : new GatewayError('bad_http', `The header ${twice} comes twice.`);
}

/** A request that this process has sent itself, as where a model server's address is its own. */
export const findLoop = ({ headers }: IncomingMessage, via: string): GatewayError | undefined =>
  headers.via?.includes(via) === true
    ? new GatewayError('loop_detected', 'The request came back to the gateway that sent it.')
    : undefined;

function findRepeatedLine(rawHeaders: readonly string[]): string | undefined {
  let seen = '';
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const single = SINGLE_LINES.get(name.length);
    if (single === undefined || name.toLowerCase() !== single) continue;
    if (seen.includes(single)) return single;
    seen += single;
  }
  return undefined;
}
