import type { TextWindow } from '../../../contracts/streaming-profile.js';
import type { WireText } from '../../../contracts/wire-text.js';
import { firstCodePoint, lastCodePoint, NEWLINE, RETURN } from './wire-characters.js';

/*
 * Where characters as a reader sees them begin and end (UAX #29, section 3.1.1), decided by the two code points beside a
 * border. Where these are not enough it is rather taken for no border. Intl.Segmenter knows exactly, for fifty times the
 * price.
 */

/** From here on code points may combine with their neighbours. */
const FIRST_COMBINING = 0x300;

/** Marks, emoji modifiers, joiners, final Hangul letters, and halves of surrogate pairs that may be one of these. */
const BINDS_PREVIOUS =
  /[\p{M}\p{Grapheme_Extend}\p{Emoji_Modifier}\u200d\u0e33\u0eb3\u1160-\u11ff\ud7b0-\ud7fb\ud800-\ud83c\ud83f-\udbff]/u;
/** The joiner of emoji, leading Hangul letters, first halves of surrogate pairs, second halves of flag letters. */
const BINDS_NEXT = /[\u200d\u1100-\u115f\ua960-\ua97c\udde6-\uddff\ud800-\udbff]/u;
/** Signs that belong to what follows (`GCB=Prepend` in Unicode 17). */
const PREPENDED =
  /[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e\u{110bd}\u{110cd}\u{111c2}\u{111c3}\u{113d1}\u{1193f}\u{11941}\u{11a84}-\u{11a89}\u{11d46}\u{11f02}]/u;
/** Signs that join two Indic consonants (`InCB=Linker` in Unicode 17). */
const LINKER =
  /[\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u1039\u17d2\u1a60\u1b44\u1bab\ua9c0\uaaf6\u{10a3f}\u{11133}\u{113d0}\u{1193e}\u{11a47}\u{11a99}\u{11f42}]/u;

/** Letters and punctuation that hardly ever get a mark of their own. */
const SELDOM_MARKED =
  /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{P}]/u;

/** Two flag letters (regional indicators) make a flag. Escaped ones are two halves, which may be in two pieces. */
const FLAG_LETTERS = /(?:\xf0\x9f\x87[\xa6-\xbf]|\\u[dD]83[cC]|\\u[dD][dD][eEfF][\da-fA-F])*$/;
/** Pieces of nothing but flags among which the first one is looked for. */
const LOOK_BACK = 256;

/** Whether no character lies across the border before the piece at `cut`. */
export function isGraphemeBorder(window: TextWindow, cut: number): boolean {
  const before = lastCodePoint(window.piece(cut - 1));
  const after = firstCodePoint(window.piece(cut));
  if (before < FIRST_COMBINING && after < FIRST_COMBINING) return before !== RETURN || after !== NEWLINE;
  if (isFlagLetter(before) && isFlagLetter(after)) return isBetweenFlags(window, cut);
  if (BINDS_PREVIOUS.test(String.fromCodePoint(after))) return false;
  const last = String.fromCodePoint(before);
  return !BINDS_NEXT.test(last) && !PREPENDED.test(last) && !LINKER.test(last);
}

/** Whether a character that ends the text so far is most likely a whole one. */
export function seemsComplete(wire: WireText): boolean {
  const last = lastCodePoint(wire);
  return last < FIRST_COMBINING ? last !== RETURN : SELDOM_MARKED.test(String.fromCodePoint(last));
}

const isFlagLetter = (code: number): boolean => code >= 0x1f1e6 && code <= 0x1f1ff;

/** Whether the flag letters before `cut` make whole flags. */
function isBetweenFlags(window: TextWindow, cut: number): boolean {
  const oldest = Math.max(window.start, cut - LOOK_BACK);
  let count = 0;
  for (let position = cut - 1; position >= oldest; position--) {
    const piece = window.piece(position);
    const [letters] = FLAG_LETTERS.exec(piece)!;
    count += letters.split('\xf0').length - 1 + (letters.split('\\').length - 1) / 2;
    if (letters.length < piece.length) return count % 2 === 0;
  }
  return oldest === window.start && count % 2 === 0;
}
