import { drawPieces, toCorpus } from './corpus.js';
import type { Random } from './random.js';
import { toFiniteNumber, type Schema } from './schema.js';

const MAX_STRING = 4096;

const FORMATS = new Map<unknown, string>([
  ['date-time', '2026-01-15T09:30:00Z'],
  ['date', '2026-01-15'],
  ['time', '09:30:00Z'],
  ['duration', 'PT15M'],
  ['email', 'reader@example.com'],
  ['hostname', 'www.example.com'],
  ['ipv4', '192.0.2.7'],
  ['ipv6', '2001:db8::7'],
  ['uri', 'https://www.example.com/page'],
  ['uuid', '0b8f2c1e-5d3a-4e7b-9a61-3f0c2d4e5a6b'],
]);

/** Words within the asked length, or an example of the asked format. Patterns are not followed. */
export function toStringInstance({ format, minLength, maxLength }: Schema, random: Random): string {
  const example = FORMATS.get(format);
  if (example !== undefined) return example;
  const least = Math.min(toFiniteNumber(minLength) ?? 0, MAX_STRING);
  const words = toCorpus('words');
  let text = '';
  do text += (text === '' ? '' : ' ') + [...drawPieces(words, 2, random)].join('');
  while (text.length < least);
  const most = toFiniteNumber(maxLength) ?? text.length;
  return [...text].slice(0, Math.max(0, most)).join('');
}

/** A number within the bounds, and a multiple of what is asked. */
export function toNumberInstance(schema: Schema, integer: boolean, random: Random): number {
  const multipleOf = toFiniteNumber(schema.multipleOf) ?? 0;
  const step = multipleOf > 0 ? multipleOf : integer ? 1 : 0.5;
  const above = toFiniteNumber(schema.exclusiveMinimum);
  const below = toFiniteNumber(schema.exclusiveMaximum);
  const first = above === undefined ? toFiniteNumber(schema.minimum) : above + step / 2;
  const last = below === undefined ? toFiniteNumber(schema.maximum) : below - step / 2;
  const lowest = first ?? Math.min(0, last ?? 0);
  const steps = Math.ceil(lowest / step);
  const room = Math.floor((last ?? lowest + 100 * step) / step) - steps;
  return room < 0 ? lowest : (steps + random.below(Math.min(room, 100) + 1)) * step;
}
