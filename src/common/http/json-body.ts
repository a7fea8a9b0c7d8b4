import { isUtf8 } from 'node:buffer';
import { isAnyArrayBuffer } from 'node:util/types';
import { GatewayError } from '../errors/gateway.error.js';
import { findShapeFault, MAX_DEPTH } from './json-shape.js';

const FORBIDDEN_KEYS = new Set(['__proto__', 'constructor']);

/**
 * Parses a request body: UTF-8 JSON (RFC 8259); of a key given twice the last counts. Refuses what bends objects (`__proto__`),
 * what exhausts the stack or the parser (nesting, many parts), and text that cannot be stored or sent on (U+0000, lone surrogates).
 */
export function parseJsonBody(body: Buffer): unknown {
  if (body.length === 0) throw invalid('The body is empty; a JSON object is expected.');
  if (!isUtf8(body)) throw invalid('The body is not UTF-8.');
  const fault = findShapeFault(body);
  if (fault !== undefined) throw fault;
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8')) as unknown;
  } catch (error) {
    throw new GatewayError('invalid_json', `The body is not valid JSON: ${positionOf(error)}.`, {
      cause: error,
    });
  }
  if (needsLook(body)) checkDeep(value);
  return value;
}

/** The same for what another parser has read, which may hold more than JSON: binary data is refused. */
export function requireSoundJson(value: unknown, depth = MAX_DEPTH): void {
  if (typeof value === 'string') return checkText(value);
  if (typeof value !== 'object' || value === null) return;
  // Before its keys are looked at: a view has one for each of its bytes.
  if (ArrayBuffer.isView(value) || isAnyArrayBuffer(value))
    throw invalid('The message holds binary data; only JSON is understood.');
  if (depth === 0) throw invalid(`The message nests deeper than ${MAX_DEPTH} levels.`);
  for (const [key, inner] of Object.entries(value)) {
    checkKey(key);
    requireSoundJson(inner, depth - 1);
  }
}

/** Only escapes can bring U+0000 and lone surrogates into valid UTF-8, and only these names bend objects. */
function needsLook(body: Buffer): boolean {
  return body.includes('\\u') || body.includes('__proto__') || body.includes('constructor');
}

function checkDeep(value: unknown): void {
  if (typeof value === 'string') return checkText(value);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) checkKey(key);
    checkDeep(inner);
  }
}

function checkKey(key: string): void {
  checkText(key);
  if (FORBIDDEN_KEYS.has(key)) throw invalid(`The body has a key named "${key}".`);
}

function checkText(text: string): void {
  if (text.includes('\0')) throw invalid('A text contains U+0000.');
  if (!text.isWellFormed()) throw invalid('A text contains a lone surrogate.');
}

const invalid = (message: string) => new GatewayError('invalid_json', message);

/** V8 quotes the body in its message; only the place is told, which it leaves out for short bodies. */
function positionOf(error: unknown): string {
  const { message } = error as SyntaxError;
  if (message.startsWith('Unexpected end')) return 'it ends too early';
  return /position \d+/.exec(message)?.[0] ?? 'something in it is out of place';
}
