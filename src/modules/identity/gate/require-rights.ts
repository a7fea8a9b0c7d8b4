import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Access } from '../../../common/http/access-policy.js';
import type { Principal } from '../../../contracts/principal.js';

/** Why somebody who is known may not do this; undefined lets them. */
export function findObstacle(
  { method, headers }: IncomingMessage,
  { policy, scope }: Access,
  { tenant, role, scopes, credential }: Principal,
): GatewayError | undefined {
  const named = headers['x-tenant-id'];
  if (named !== undefined && named !== tenant)
    return new GatewayError('tenant_mismatch', 'X-Tenant-ID names a tenant that is not the caller’s.');
  if (policy === 'admin' && role !== 'admin')
    return new GatewayError('forbidden', 'This is for administrators.');
  if (policy === 'premium' && role !== 'premium' && role !== 'admin')
    return new GatewayError('forbidden', 'This is for premium users.');
  if (credential === undefined) return undefined;
  const needed = scope ?? (method === 'GET' || method === 'HEAD' ? 'read' : 'write');
  return scopes.includes(needed) ? undefined : lacks(needed);
}

/** Throws for a credential without this scope. Callers who are trusted without a credential have all of them. */
export function requireScope({ scopes, credential }: Principal, scope: 'read' | 'write'): void {
  if (credential !== undefined && !scopes.includes(scope)) throw lacks(scope);
}

const lacks = (scope: string): GatewayError =>
  new GatewayError('insufficient_scope', `The credential does not have the scope ${scope}.`);
