/**
 * Where the bytes of a body are cut. Each piece is one HTTP chunk, one TCP write and one turn of the event loop.
 * - `per-line`: one piece for each line or event the fake writes
 * - `each-byte`: one byte a piece
 * - `each-wire-byte`: the same, and head and chunk framing go out byte by byte too
 * - `one-write`: everything at once
 * - `inside-utf8`: cut inside of every multi-byte character, and nowhere else
 * - `inside-escape`: cut after every backslash, and nowhere else
 * - `{ bytesEach }`: pieces of that many bytes
 * - a list of offsets: cut there, and nowhere else
 */
export type Split =
  | 'per-line'
  | 'each-byte'
  | 'each-wire-byte'
  | 'one-write'
  | 'inside-utf8'
  | 'inside-escape'
  | { readonly bytesEach: number }
  | readonly number[];

/** Every way of cutting, by a name for `it.each`. */
export const ALL_SPLITS: readonly (readonly [name: string, split: Split])[] = [
  ['per line', 'per-line'],
  ['each byte', 'each-byte'],
  ['each byte on the wire', 'each-wire-byte'],
  ['in one write', 'one-write'],
  ['inside characters', 'inside-utf8'],
  ['inside escapes', 'inside-escape'],
  ['every 7 bytes', { bytesEach: 7 }],
  ['at chosen offsets', [1, 2, 3, 40, 41, 97, 130]],
];

/** Whether pieces may reach over the borders of lines, so that lines are collected before they are cut. */
export function joinsLines(split: Split): boolean {
  return split !== 'per-line' && split !== 'each-byte' && split !== 'each-wire-byte';
}

/** The bytes in pieces. `offset` is how many bytes of the body went before. */
export function cut(bytes: Buffer, split: Split, offset = 0): Buffer[] {
  if (split === 'per-line' || split === 'one-write') return bytes.length > 0 ? [bytes] : [];
  const pieces: Buffer[] = [];
  let start = 0;
  for (let end = 1; end <= bytes.length; end += 1) {
    if (end < bytes.length && !cutsBefore(bytes, end, split, offset)) continue;
    pieces.push(bytes.subarray(start, end));
    start = end;
  }
  return pieces;
}

function cutsBefore(
  bytes: Buffer,
  index: number,
  split: Exclude<Split, 'per-line' | 'one-write'>,
  offset: number,
): boolean {
  if (split === 'each-byte' || split === 'each-wire-byte') return true;
  if (split === 'inside-utf8') return ((bytes[index] ?? 0) & 0xc0) === 0x80;
  if (split === 'inside-escape') return bytes[index - 1] === 0x5c;
  if ('bytesEach' in split) return (offset + index) % split.bytesEach === 0;
  return split.includes(offset + index);
}
