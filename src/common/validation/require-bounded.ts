import { GatewayError } from '../errors/gateway.error.js';

/** Bounds of a body that is about to be made a DTO: what validating it costs grows with these, not with its bytes. */
export const MOST_OBJECTS = 20_000;
export const MOST_VALUES = 100_000;
/** Per object, where the cost grows with the square. */
export const MOST_KEYS = 1_000;

/** Throws `invalid_request` for a body of more parts than any honest request has. */
export function requireBounded(body: object): void {
  let objects = 0;
  let values = 0;
  const open: object[] = [body];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const isList = Array.isArray(current);
    const members = (isList ? current : Object.values(current)) as readonly unknown[];
    if (!isList && members.length > MOST_KEYS) throw tooMany(`${MOST_KEYS} keys in one object`);
    if (++objects > MOST_OBJECTS) throw tooMany(`${MOST_OBJECTS} objects and lists`);
    if ((values += members.length) > MOST_VALUES) throw tooMany(`${MOST_VALUES} values`);
    for (const member of members) if (typeof member === 'object' && member !== null) open.push(member);
  }
}

export const tooMany = (what: string): GatewayError =>
  new GatewayError('invalid_request', `The body has more than ${what}.`);
