import type { Principal } from '../contracts/principal.js';

/** Whom it is for: who asks or, where nobody knows who that is, the first name that was given. Empty ones are none. */
export function userOf({ role, id }: Principal, ...names: readonly (string | null | undefined)[]): string {
  const given = role === 'anonymous' ? names.find((name) => name) : undefined;
  return given ?? id;
}
