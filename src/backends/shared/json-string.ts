import { fromWireBytes } from '../../contracts/wire-text.js';

// The inside of a JSON string, up to its closing quote: no raw control characters, only escapes that JSON knows
// (RFC 8259 section 7).
// Each part ends where the next must begin, so that what does not match is given up in one pass.
export const JSON_STRING_BODY = String.raw`[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*`;
const STRING_BODY = new RegExp(JSON_STRING_BODY, 'y');

/**
 * Where the JSON string whose inside begins at `start` ends (the position of its closing quote), or -1 when it is not
 * a valid string. This is what lets a token be copied instead of parsed and stringified.
 */
export function endOfJsonString(line: string, start: number): number {
  STRING_BODY.lastIndex = start;
  STRING_BODY.test(line);
  const end = STRING_BODY.lastIndex;
  return line.charCodeAt(end) === 0x22 ? end : -1;
}

/** Parses a line of latin1 characters as the UTF-8 JSON it is. Undefined when it is not JSON. */
export function parseWireJson(line: string): unknown {
  try {
    return JSON.parse(fromWireBytes(line)) as unknown;
  } catch {
    return undefined;
  }
}
