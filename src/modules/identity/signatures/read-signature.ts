import type { GatewayError } from '../../../common/errors/gateway.error.js';
import { readMessageForm } from './message-form.js';
import type { SignatureClaim } from './signature-claim.js';
import { malformedSignature } from './signature-faults.js';
import { readSimpleForm } from './simple-form.js';
import type { SignedHead } from './signed-head.js';

/** Whether a request means to be signed: then it is judged by its signature, and never taken for one that is not. */
export const isSigned = ({ headers }: Pick<SignedHead, 'headers'>): boolean =>
  isSimple(headers) || isMessage(headers);

const isSimple = (headers: SignedHead['headers']): boolean =>
  headers['x-signature'] !== undefined || headers['x-nonce'] !== undefined;

const isMessage = (headers: SignedHead['headers']): boolean =>
  headers['signature'] !== undefined || headers['signature-input'] !== undefined;

/** The signature of a request in either of its forms, or what is wrong with the form or the time. */
export function readSignature(
  head: SignedHead,
  audience: string,
  nowMs: number,
): SignatureClaim | GatewayError {
  if (!isMessage(head.headers)) return readSimpleForm(head, audience, nowMs);
  if (!isSimple(head.headers)) return readMessageForm(head, audience, nowMs);
  return malformedSignature('The request is signed in two forms; one is meant.', 'Signature');
}
