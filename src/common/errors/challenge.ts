import type { ErrorCode } from './error-catalogue.js';
import { ERROR_CATALOGUE } from './error-catalogue.js';

/** What `WWW-Authenticate` says of an error (RFC 6750, section 3); undefined where no other credential would help. */
export function challengeOf(code: ErrorCode): string | undefined {
  if (ERROR_CATALOGUE[code].status === 401) return 'Bearer error="invalid_token"';
  return code === 'insufficient_scope' ? 'Bearer error="insufficient_scope"' : undefined;
}
