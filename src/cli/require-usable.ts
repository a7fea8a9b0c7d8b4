import { decodeJwt } from 'jose';
import { toPrincipal } from '../modules/identity/index.js';
import { UsageError } from './token-options.js';

/** A token that the gateway would refuse helps nobody: it says only that it is not valid. */
export function requireUsable(token: string): void {
  if (toPrincipal(token, decodeJwt(token)) !== undefined) return;
  throw new UsageError(
    'The gateway would refuse this token: users and tenants have 1 to 255 characters without control characters, ' +
      'scopes none of " and \\.',
  );
}
