import type { WireText } from '../../../contracts/wire-text.js';

/*
 * Reads single characters of wire text without decoding the rest of it: ASCII stands for itself, a backslash begins
 * one of JSON's escapes, and from 0x80 on there are the bytes of UTF-8 sequences.
 */

export const TAB = 0x09;
export const NEWLINE = 0x0a;
export const RETURN = 0x0d;
export const SPACE = 0x20;
const BACKSLASH = 0x5c;
const REPLACEMENT = 0xfffd;

/** The first code point; half of a surrogate pair when the other half is not there. */
export function firstCodePoint(wire: WireText): number {
  const first = wire.charCodeAt(0);
  if (first >= 0x80) return sequenceAt(wire, 0);
  if (first !== BACKSLASH) return first;
  const unit = unitBefore(wire, 6);
  return unit === -1 ? toControl(wire.charCodeAt(1)) : (toPair(unit, unitBefore(wire, 12)) ?? unit);
}

/** The last code point; half of a surrogate pair when the other half is not there. */
export function lastCodePoint(wire: WireText): number {
  const end = wire.length;
  const last = wire.charCodeAt(end - 1);
  if (last >= 0x80) return sequenceAt(wire, sequenceStart(wire, end - 1));
  if (isEscaped(wire, end - 1)) return toControl(last);
  const unit = unitBefore(wire, end);
  return unit === -1 ? last : (toPair(unitBefore(wire, end - 6), unit) ?? unit);
}

/** Whether a backslash before it makes the character at `index` part of an escape. */
function isEscaped(wire: WireText, index: number): boolean {
  let start = index;
  while (start > 0 && wire.charCodeAt(start - 1) === BACKSLASH) start--;
  return ((index - start) & 1) === 1;
}

/** The UTF-16 unit that is spelled as `\u` and four digits before `end`, or -1. */
function unitBefore(wire: WireText, end: number): number {
  const isUnit = end >= 6 && wire.charCodeAt(end - 5) === 0x75 && isEscaped(wire, end - 5);
  return isUnit ? Number.parseInt(wire.slice(end - 4, end), 16) : -1;
}

function toPair(high: number, low: number): number | undefined {
  const isPair = (high & 0xfc00) === 0xd800 && (low & 0xfc00) === 0xdc00;
  return isPair ? 0x10000 + ((high & 0x3ff) << 10) + (low & 0x3ff) : undefined;
}

/** What an escape of one character means. The quote, the slashes and the rarer controls may stand for themselves here. */
function toControl(letter: number): number {
  if (letter === 0x6e) return NEWLINE;
  if (letter === 0x74) return TAB;
  return letter === 0x72 ? RETURN : letter;
}

function sequenceStart(wire: WireText, end: number): number {
  let start = end;
  while (start > 0 && start > end - 3 && isContinuation(wire.charCodeAt(start))) start--;
  return start;
}

/** Decodes the UTF-8 sequence that begins at `start` (RFC 3629, section 3). What is none becomes something harmless. */
function sequenceAt(wire: WireText, start: number): number {
  const lead = wire.charCodeAt(start);
  const end = Math.min(wire.length, start + (lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4));
  let code = lead & (lead < 0xe0 ? 0x1f : lead < 0xf0 ? 0x0f : 0x07);
  for (let next = start + 1; next < end; next++) code = (code << 6) | (wire.charCodeAt(next) & 0x3f);
  return code > 0x10ffff ? REPLACEMENT : code;
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;
