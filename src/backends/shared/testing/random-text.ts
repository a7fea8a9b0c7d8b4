import { SeededRandom } from '../../../../test/support/seeded-random.js';

/** Characters that encoders and parsers treat differently. */
const ALPHABET = [
  ...'abc "\\/<>&{}[]:,\'`',
  ...'\b\f\n\r\t\u0000\u0001\u001f\u007f',
  ...'äß日本é\u00a0\u0085\u2028\u2029\ufeff\ufffd',
  '🏰',
  '👩‍👩‍👧',
  '\ud83c',
  '\udff0',
  '\\u0041',
  '\\"',
  '"},"done":false}',
  '"content":"',
  'data: [DONE]\n\n',
];

/** That many texts of up to twelve awkward characters, none of them empty. */
export function randomTexts(seed: number, count: number): string[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + random.below(12) }, () => random.pick(ALPHABET)).join(''),
  );
}

/** JSON as Python's `json.dumps` writes it: ASCII only, a space after colons and commas. */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${pythonJson(key)}: ${pythonJson(member)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
