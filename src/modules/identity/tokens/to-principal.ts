import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { ANONYMOUS, type Principal, type Role } from '../../../contracts/principal.js';
import { ROUTE_SCOPES, toScopes } from './scopes.js';

const ROLES: readonly Role[] = ['user', 'premium', 'admin'];
const DEFAULT_TENANT = 'default';
/** As long as the columns that hold it. */
const LONGEST = 255;
/** It would end lines of logs and cannot be stored. */

const CONTROL = /[\u0000-\u001f\u007f]/;

/** Who a token speaks of; undefined when it speaks of nobody, or of them in a way that cannot be. */
export function toPrincipal(token: string, claims: JWTPayload): Principal | undefined {
  const id = nameOf(claims.sub ?? numberToText(claims.id));
  const tenant = claims.tenant === undefined ? DEFAULT_TENANT : nameOf(claims.tenant);
  const scopes = toScopes(claims.scope ?? claims.scopes);
  if (id === undefined || id === ANONYMOUS.id || tenant === undefined || scopes === undefined)
    return undefined;
  const email = nameOf(claims.email);
  const device = nameOf(claims.device);
  const grant = nameOf(claims.grant);
  // A device that cannot be named could not be revoked.
  if (claims.device !== undefined && device === undefined) return undefined;
  return {
    id,
    tenant,
    role: ROLES.find((role) => role === claims.role) ?? 'user',
    scopes: scopes.length === 0 ? ROUTE_SCOPES : scopes,
    ...(email !== undefined && { email }),
    ...(device !== undefined && { device }),
    credential: {
      kind: 'token',
      id: nameOf(claims.jti) ?? digestOf(token),
      ...(claims.iat !== undefined && { issuedAt: claims.iat * 1000 }),
      ...(claims.exp !== undefined && { expiresAt: claims.exp * 1000 }),
      ...(grant !== undefined && { grant }),
    },
  };
}

/** Of what is signed: a signature can be spelled in several ways, and a revocation must meet them all. */
const digestOf = (token: string): string =>
  createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('base64url');

/** Half a character cannot be stored either, and what stands for it is the same for all. */
const nameOf = (claim: unknown): string | undefined =>
  typeof claim === 'string' &&
  claim !== '' &&
  claim.length <= LONGEST &&
  claim.isWellFormed() &&
  !CONTROL.test(claim)
    ? claim
    : undefined;

/** Databases that count their users give numbers. */
const numberToText = (id: unknown): unknown => (Number.isSafeInteger(id) ? String(id) : id);
