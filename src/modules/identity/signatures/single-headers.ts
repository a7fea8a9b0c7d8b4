import type { GatewayError } from '../../../common/errors/gateway.error.js';
import { malformedSignature } from './signature-faults.js';
import { linesOf, type SignedHead } from './signed-head.js';

/** The values of headers that a form needs, each exactly once, in the order of their names; or what is wrong with one. */
export function singleHeaders(head: SignedHead, names: readonly string[]): string[] | GatewayError {
  const values: string[] = [];
  for (const name of names) {
    const [value, another] = linesOf(head, name.toLowerCase());
    if (value === undefined)
      return malformedSignature(`A signed request needs the header ${name} too.`, name);
    if (another !== undefined) return malformedSignature(`The header ${name} comes twice.`, name);
    values.push(value);
  }
  return values;
}
