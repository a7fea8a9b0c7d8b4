import { createHash } from 'node:crypto';
import type { GatewayError } from '../../../common/errors/gateway.error.js';
import { SIGNATURE_BYTES } from './ed25519.js';
import { fromExactBase64 } from './exact-base64.js';
import { isInWindow, isNonce, type SignatureClaim, toSeconds } from './signature-claim.js';
import { malformedNonce, signatureInvalid, timestampOutOfRange } from './signature-faults.js';
import { authorityOf, pathOf, queryOf, type SignedHead } from './signed-head.js';
import { singleHeaders } from './single-headers.js';

const HEADERS = ['X-Signature', 'X-Timestamp', 'X-Nonce', 'X-Device-ID'] as const;
const VERSION = 'v1';

/** What is signed, one line each; the order is part of the form. */
export interface SimpleParts {
  readonly method: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly timestamp: string;
  readonly nonce: string;
  readonly keyId: string;
  readonly audience: string;
}

/** The text that is signed: lines `name: value` with LF between them, and none at the end. */
export const simpleBase = (parts: SimpleParts): string =>
  [
    `version: ${VERSION}`,
    `method: ${parts.method}`,
    `authority: ${parts.authority}`,
    `path: ${parts.path}`,
    `query: ${parts.query}`,
    `content-type: ${parts.contentType}`,
    `body-sha256: ${createHash('sha256').update(parts.body).digest('hex')}`,
    `timestamp: ${parts.timestamp}`,
    `nonce: ${parts.nonce}`,
    `key-id: ${parts.keyId}`,
    `audience: ${parts.audience}`,
  ].join('\n');

/** Reads the four headers of the simple form: first whether they are well formed, then the time. */
export function readSimpleForm(
  head: SignedHead,
  audience: string,
  nowMs: number,
): SignatureClaim | GatewayError {
  const values = singleHeaders(head, HEADERS);
  if (!Array.isArray(values)) return values;
  const [text, timestamp, nonce, keyId] = values as [string, string, string, string];
  if (!isNonce(nonce)) return malformedNonce('X-Nonce');
  const signature = fromExactBase64(text, SIGNATURE_BYTES);
  if (signature === undefined) return signatureInvalid();
  const createdS = toSeconds(timestamp);
  if (!isInWindow(createdS, nowMs)) return timestampOutOfRange();
  const parts = {
    method: head.method ?? '',
    authority: authorityOf(head),
    path: pathOf(head),
    query: queryOf(head),
    contentType: head.headers['content-type'] ?? '',
    timestamp,
    nonce,
    keyId,
    audience,
  };
  return {
    keyId,
    nonce,
    createdS,
    signature,
    // Node reads heads byte by byte.
    baseOf: (body) => Buffer.from(simpleBase({ ...parts, body }), 'latin1'),
  };
}
