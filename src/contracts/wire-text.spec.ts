import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../test/support/seeded-random.js';
import { mixedText, splitText, TEXTS, type TextName } from '../../test/support/text-pieces.js';
import { fromWireText, toWireJson, toWireText } from './wire-text.js';

const NAMES = Object.keys(TEXTS) as TextName[];

/** Every code point, those of surrogate halves included, some hundred at a time. */
function* everyCharacter(): Generator<string> {
  for (let start = 0; start <= 0x10ffff; start += 257) {
    const codes = Array.from({ length: Math.min(257, 0x110000 - start) }, (_, i) => start + i);
    yield codes.map((code) => `${String.fromCodePoint(code)} `).join('');
  }
}

describe(toWireText.name, () => {
  it('is undone by fromWireText, for every character there is', () => {
    for (const text of everyCharacter())
      if (fromWireText(toWireText(text)) !== text) expect.fail(JSON.stringify(text));
  });

  it('is the bytes of the text inside of JSON, without raw control characters', () => {
    for (const text of everyCharacter()) {
      const wire = toWireText(text);
      if (/[\x00-\x1f]|[^\x00-\xff]/.test(wire)) expect.fail(JSON.stringify(text));
      const sent = Buffer.from(`"${wire}"`, 'latin1').toString('utf8');
      if (JSON.parse(sent) !== text) expect.fail(JSON.stringify(text));
    }
  });

  it.each([
    ['plain', 'plain'],
    ['"\\/', '\\"\\\\/'],
    ['\n\r\t\u0001', '\\n\\r\\t\\u0001'],
    ['é', '\xc3\xa9'],
    ['中', '\xe4\xb8\xad'],
    ['👋', '\xf0\x9f\x91\x8b'],
    ['\ud83d', '\\ud83d'],
    ['é\ude00', '\xc3\xa9\\ude00'],
  ])('writes %j as %j', (text, wire) => {
    expect(toWireText(text)).toBe(wire);
  });

  it('may be joined piece by piece, also where a surrogate pair was cut', () => {
    const random = new SeededRandom(4);
    for (let round = 0; round < 60; round++) {
      const text = mixedText(random, NAMES, 3);
      const pieces = splitText(text, random, 4, round % 2 === 0);
      expect(fromWireText(pieces.map(toWireText).join(''))).toBe(text);
    }
  });
});

describe(fromWireText.name, () => {
  it.each([
    ['\\u00e9\\u4e2d', 'é中'],
    ['\\ud83d\\ude00', '😀'],
    ['\\u003cdiv\\u003e \\/', '<div> /'],
  ])('reads escapes that others write: %s', (wire, text) => {
    expect(fromWireText(wire)).toBe(text);
  });

  it.each(['"', '\\', 'a\nb', '\\x', '\\u12', '\x02'])('refuses %j', (wire) => {
    expect(() => fromWireText(wire)).toThrow(SyntaxError);
  });
});

describe(toWireJson.name, () => {
  it('gives the bytes of the JSON', () => {
    const value = { name: 'é 中 👋 \ud83d', list: ['\n', 1, null] };
    expect(Buffer.from(toWireJson(value), 'latin1').toString('utf8')).toBe(JSON.stringify(value));
    expect(toWireJson({ a: 1 })).toBe('{"a":1}');
  });
});
