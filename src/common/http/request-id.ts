import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

const VALID = /^[A-Za-z0-9._-]{1,128}$/;
const RUN = randomBytes(6).toString('hex');
let count = 0;

/** The caller's `X-Request-Id` where it is harmless, else one of ours: unique, and cheap to make. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'] ?? headers['x-correlation-id'];
  return typeof given === 'string' && VALID.test(given)
    ? given
    : `req_${RUN}${(++count).toString(36).padStart(6, '0')}`;
}
