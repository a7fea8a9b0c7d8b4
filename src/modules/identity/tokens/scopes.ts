/** What a credential may do with routes. */
export const ROUTE_SCOPES = ['read', 'write'] as const;

const MOST_SCOPES = 64;
/** RFC 6749, section 3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;

/** The scopes of a claim: one text with spaces, or a list. Undefined for what is neither. None where none are named. */
export function toScopes(claim: unknown): readonly string[] | undefined {
  if (claim === undefined || claim === null) return [];
  const scopes: unknown =
    typeof claim === 'string' ? claim.split(' ').filter((scope) => scope !== '') : claim;
  if (!Array.isArray(scopes) || scopes.length > MOST_SCOPES) return undefined;
  const isScope = (scope: unknown): scope is string => typeof scope === 'string' && SCOPE.test(scope);
  return scopes.every(isScope) ? [...new Set(scopes)] : undefined;
}
