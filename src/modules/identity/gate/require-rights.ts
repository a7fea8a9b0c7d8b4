import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { AccessPolicy } from '../../../common/http/access-policy.js';
import type { Principal } from '../../../contracts/principal.js';

/** Why somebody who is known may not do this; undefined lets them. */
export function findObstacle(
  { method, headers }: IncomingMessage,
  policy: AccessPolicy,
  { tenant, role, scopes, credential }: Principal,
): GatewayError | undefined {
  const named = headers['x-tenant-id'];
  if (named !== undefined && named !== tenant)
    return new GatewayError('tenant_mismatch', 'X-Tenant-ID names a tenant that is not the caller’s.');
  if (policy === 'admin' && role !== 'admin')
    return new GatewayError('forbidden', 'This is for administrators.');
  if (credential === undefined) return undefined;
  const scope = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  return scopes.includes(scope) ? undefined : lacks(scope);
}

export const lacks = (scope: string): GatewayError =>
  new GatewayError('insufficient_scope', `The credential does not have the scope ${scope}.`);
