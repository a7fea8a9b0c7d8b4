import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../../test/support/seeded-random.js';
import { splitText, TEXTS, type TextName } from '../../../../test/support/text-pieces.js';
import { isGraphemeBorder, seemsComplete } from './grapheme-border.js';
import { spell } from './testing/play.js';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const isExactBorder = (text: string, index: number) =>
  graphemes.segment(text).containing(index)?.index === index;

function borders(pieces: readonly string[], inAscii: boolean) {
  const wire = pieces.map((piece) => spell(piece, inAscii));
  const text = pieces.join('');
  const window = { start: 0, piece: (position: number) => wire[position]! };
  let index = 0;
  return pieces.slice(1).map((next, i) => {
    index += pieces[i]!.length;
    return {
      found: isGraphemeBorder(window, i + 1),
      exact: isExactBorder(text, index),
      at: `${pieces[i]}|${next}`,
    };
  });
}

/** Code points of all planes in use, but of the great blocks of ideographs, syllables and private use only the ends. */
function* codePoints(): Generator<number> {
  const skipped = [
    [0x3500, 0x9f00],
    [0xac80, 0xd700],
    [0xd800, 0xdfff],
    [0xe100, 0xf800],
    [0x17000, 0x1af00],
    [0x20000, 0xdffff],
    [0xe1000, 0x10ffff],
  ] as const;
  let next = 0x20;
  for (const [start, end] of skipped) {
    for (; next < start; next++) yield next;
    next = end + 1;
  }
}

describe(isGraphemeBorder.name, () => {
  it('never calls a border what lies inside of a character, for any code point beside a letter', () => {
    const wrong: string[] = [];
    for (const code of codePoints()) {
      const between = borders(['a', String.fromCodePoint(code), 'a'], false);
      if (between.some(({ found, exact }) => found && !exact)) wrong.push(code.toString(16));
    }
    expect(wrong).toEqual([]);
  });

  it('knows every sign that joins two consonants of an Indic script', () => {
    const wrong: string[] = [];
    for (const consonant of 'कকકକకകကកᨠᬓᮊꦏꯀ𐨐𑄇𑒏𑤊𑨋𑪊𑼒') {
      const block = consonant.codePointAt(0)! & ~0x7f;
      for (let code = block; code < block + 0x80; code++) {
        const between = borders([consonant, String.fromCodePoint(code), consonant], false);
        if (between.some(({ found, exact }) => found && !exact)) wrong.push(code.toString(16));
      }
    }
    expect(wrong).toEqual([]);
  });

  it('never does so in random rows of the code points that combine', () => {
    const random = new SeededRandom(2);
    const alphabet = [...new Set(Object.values(TEXTS).join(''))];
    for (let round = 0; round < 1000; round++) {
      const row = Array.from({ length: 12 }, () => random.pick(alphabet)).join('');
      const pieces = splitText(row, random, 2, round % 3 === 0);
      for (const { found, exact, at } of borders(pieces, round % 2 === 0))
        if (found) expect(exact, at).toBe(true);
    }
  });

  it.each(Object.keys(TEXTS) as TextName[])('finds every border of written text: %s', (name) => {
    const random = new SeededRandom(3);
    for (let round = 0; round < 8; round++) {
      const pieces = splitText(TEXTS[name].repeat(2), random, 1 + (round % 4));
      for (const { found, exact, at } of borders(pieces, round % 2 === 0)) expect(found, at).toBe(exact);
    }
  });

  it('pairs the letters of flags from the first one on', () => {
    const pieces = [...TEXTS.flags.replace(/[^\u{1f1e6}-\u{1f1ff}]/gu, '').repeat(7)];
    for (const inAscii of [false, true])
      for (const [i, { found }] of borders(pieces, inAscii).entries()) expect(found).toBe(i % 2 === 1);
  });

  it('does not look at what stands before the text', () => {
    const pieces = ['\x03{"index":0}', ...[...'🇩🇪🇫🇷'].map((letter) => spell(letter, false))];
    const window = {
      start: 1,
      piece: (position: number) => {
        if (position < 1) throw new RangeError('not text');
        return pieces[position]!;
      },
    };
    expect([2, 3, 4].map((cut) => isGraphemeBorder(window, cut))).toEqual([false, true, false]);
  });
});

describe(seemsComplete.name, () => {
  it.each(['a', '7', '.', ' ', 'é', '中', 'あ', '한', 'я', '”'])(
    'trusts %s to stay as it is',
    (character) => {
      expect(seemsComplete(spell(character, false))).toBe(true);
    },
  );

  it.each(['👩', '\u200d', '🇩', '\u0301', '\r', '\ud83d', 'क', 'น', '☺'])(
    'expects more after %j',
    (character) => {
      expect(seemsComplete(spell(character, false))).toBe(false);
    },
  );
});
