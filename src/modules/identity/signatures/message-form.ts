import type { GatewayError } from '../../../common/errors/gateway.error.js';
import { isDigestOf } from './content-digest.js';
import { SIGNATURE_BYTES } from './ed25519.js';
import { fromExactBase64 } from './exact-base64.js';
import { messageBase } from './message-base.js';
import { isInWindow, isNonce, type SignatureClaim } from './signature-claim.js';
import { malformedNonce, signatureInvalid, timestampOutOfRange } from './signature-faults.js';
import { parseSignatureInput, type SignatureInput } from './signature-input.js';
import type { SignedHead } from './signed-head.js';
import { singleHeaders } from './single-headers.js';

const HEADERS = ['Signature-Input', 'Signature', 'Content-Digest'] as const;
const REQUIRED = ['@method', '@authority', '@path', '@query', 'content-digest'];

/** Reads HTTP Message Signatures (RFC 9421): first whether they are well formed, then the time. */
export function readMessageForm(
  head: SignedHead,
  audience: string,
  nowMs: number,
): SignatureClaim | GatewayError {
  const values = singleHeaders(head, HEADERS);
  if (!Array.isArray(values)) return values;
  const [inputText, signatureText, digest] = values as [string, string, string];
  const input = parseSignatureInput(inputText);
  if (input === undefined || !coversAll(input, head)) return signatureInvalid();
  const nonce = input.params.get('nonce');
  if (typeof nonce !== 'string' || !isNonce(nonce)) return malformedNonce('nonce');
  const keyId = input.params.get('keyid');
  const signature = signatureOf(input, signatureText);
  if (typeof keyId !== 'string' || signature === undefined) return signatureInvalid();
  const tag = input.params.get('tag');
  if (tag !== undefined && tag !== audience) return signatureInvalid();
  const createdS = createdOf(input);
  if (!isInWindow(createdS, nowMs) || hasExpired(input, nowMs)) return timestampOutOfRange();
  return {
    keyId,
    nonce,
    createdS,
    signature,
    baseOf: (body) => (isDigestOf(digest, body) ? messageBase(head, input) : undefined),
  };
}

/** What is not covered could be changed on the way. */
const coversAll = ({ components }: SignatureInput, { headers }: SignedHead): boolean =>
  REQUIRED.every((name) => components.includes(name)) &&
  (headers['content-type'] === undefined || components.includes('content-type'));

function signatureOf({ label }: SignatureInput, text: string): Buffer | undefined {
  const start = `${label}=:`;
  if (!text.startsWith(start) || !text.endsWith(':')) return undefined;
  return fromExactBase64(text.slice(start.length, -1), SIGNATURE_BYTES);
}

const createdOf = ({ params }: SignatureInput): number => {
  const created = params.get('created');
  return typeof created === 'number' ? created : NaN;
};

const hasExpired = ({ params }: SignatureInput, nowMs: number): boolean => {
  const expires = params.get('expires');
  return expires !== undefined && !(typeof expires === 'number' && expires * 1000 > nowMs);
};
