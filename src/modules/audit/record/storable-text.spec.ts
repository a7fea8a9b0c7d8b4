import { describe, expect, it } from 'vitest';
import { cutText, mayBeUnstorable, toStorable } from './storable-text.js';

describe(toStorable.name, () => {
  it('replaces U+0000 and half surrogate pairs wherever they stand', () => {
    const value = { text: 'a\u0000b', list: ['\ud800', { '\udc00': 'x\udfff' }], count: 1, none: null };
    expect(toStorable(value)).toEqual({
      text: 'a\ufffdb',
      list: ['\ufffd', { '\ufffd': 'x\ufffd' }],
      count: 1,
      none: null,
    });
  });

  it('gives the same value where nothing is to be replaced', () => {
    const value = { text: 'whole pair \u{1f600}', list: ['\u0001', { a: [] }], none: undefined };
    expect(toStorable(value)).toBe(value);
  });
});

describe(mayBeUnstorable.name, () => {
  it('sees in JSON what cannot be stored', () => {
    expect(mayBeUnstorable(JSON.stringify('a\u0000'))).toBe(true);
    expect(mayBeUnstorable(JSON.stringify('\ud83d'))).toBe(true);
    expect(mayBeUnstorable(JSON.stringify('\udfff'))).toBe(true);
    expect(mayBeUnstorable(JSON.stringify('\u{1f600} \u0001 \n'))).toBe(false);
  });
});

describe(cutText.name, () => {
  it('counts characters as PostgreSQL does and cuts none in two', () => {
    expect(cutText('\u{1f600}'.repeat(5), 3)).toBe('\u{1f600}'.repeat(3));
    expect(cutText('short', 80)).toBe('short');
  });
});
