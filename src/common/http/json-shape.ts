import { GatewayError } from '../errors/gateway.error.js';
import { MOST_KEYS, MOST_OBJECTS, MOST_VALUES, tooMany } from '../validation/require-bounded.js';

export const MAX_DEPTH = 64;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Keys so far of the objects that are open, by their depth; -1 for a list, and outside. One for all, as nothing waits here. */
const keys = new Int32Array(MAX_DEPTH + 1).fill(-1);

/**
 * Of how many parts a JSON text is, before it is parsed: a few megabytes of empty objects or of keys take a parser seconds,
 * in which nobody else is served. Whether it is JSON is left to the parser.
 */
export function findShapeFault(body: Buffer): GatewayError | undefined {
  let depth = 0;
  let objects = 0;
  let values = 0;
  let inString = false;
  for (let i = 0; i < body.length; i++) {
    const byte = body[i];
    if (inString) {
      if (byte === BACKSLASH) i++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COMMA) {
      if (++values > MOST_VALUES) return tooMany(`${MOST_VALUES} values`);
      if (keys[depth]! > 0 && ++keys[depth]! > MOST_KEYS) return tooMany(`${MOST_KEYS} keys in one object`);
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > MAX_DEPTH) return tooDeep();
      if (++objects > MOST_OBJECTS) return tooMany(`${MOST_OBJECTS} objects and lists`);
      keys[depth] = byte === OPEN_OBJECT ? 1 : -1;
    } else if ((byte === CLOSE_LIST || byte === CLOSE_OBJECT) && depth > 0) depth--;
  }
  return undefined;
}

const tooDeep = (): GatewayError =>
  new GatewayError('invalid_json', `The body nests deeper than ${MAX_DEPTH} levels.`);
