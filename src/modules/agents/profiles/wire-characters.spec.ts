import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../test/support/seeded-random.js';
import { mixedText, splitText, TEXTS, type TextName } from '../../../../test/support/text-pieces.js';
import { spell } from './testing/play.js';
import { firstCodePoint, lastCodePoint, NEWLINE, RETURN, SPACE, TAB } from './wire-characters.js';

const lastOf = (text: string): number => {
  const unit = text.charCodeAt(text.length - 1);
  const whole = text.codePointAt(text.length - 2);
  return whole !== undefined && whole > 0xffff ? whole : unit;
};

describe('the characters at the ends of wire text', () => {
  it.each([false, true])(
    'are those of the text, whether or not it is spelled in ASCII only: %s',
    (inAscii) => {
      const random = new SeededRandom(1);
      for (let round = 0; round < 40; round++) {
        const text = mixedText(random, Object.keys(TEXTS) as TextName[], 3);
        for (const piece of splitText(text, random, 5, round % 2 === 0)) {
          const wire = spell(piece, inAscii);
          expect(firstCodePoint(wire), wire).toBe(piece.codePointAt(0));
          expect(lastCodePoint(wire), wire).toBe(lastOf(piece));
        }
      }
    },
  );

  it.each([
    ['\\n', NEWLINE],
    ['\\r', RETURN],
    ['\\t', TAB],
    [' ', SPACE],
    ['\\\\', 0x5c],
    ['\\"', 0x22],
    ['\\\\n', 'n'.charCodeAt(0)],
    ['\\\\\\n', NEWLINE],
    ['\\\\u0041', '1'.charCodeAt(0)],
    ['\\u0041', 'A'.charCodeAt(0)],
    ['\\u00e9\\u00E8', 0xe8],
    ['\\ud83d', 0xd83d],
    ['\\ud83d\\ude00', 0x1f600],
    ['\\ude00\\ude00', 0xde00],
    ['u0041', '1'.charCodeAt(0)],
  ])('ends %s as its reader sees it', (wire, code) => {
    expect(lastCodePoint(wire)).toBe(code);
  });

  it('are some code points also of bytes that are no UTF-8', () => {
    const random = new SeededRandom(5);
    for (let round = 0; round < 20_000; round++) {
      const bytes = Array.from({ length: 1 + random.below(8) }, () =>
        random.pick([0x41, 0x80, 0xbf, 0xf7, 0xff]),
      );
      const wire = String.fromCharCode(...bytes);
      expect(() => String.fromCodePoint(firstCodePoint(wire), lastCodePoint(wire))).not.toThrow();
    }
  });
});
