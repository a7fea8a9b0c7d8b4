import { describe, expect, it } from 'vitest';
import type { WindowEdge } from '../../../contracts/streaming-profile.js';
import { SeededRandom } from '../../../../test/support/seeded-random.js';
import { mixedText, splitText, TEXTS, type TextName } from '../../../../test/support/text-pieces.js';
import { seemsComplete } from './grapheme-border.js';
import { GuiProfile } from './gui.profile.js';
import { play, spell } from './testing/play.js';

const profile = new GuiProfile();
const { chunkSize } = profile.defaults;
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const NAMES = Object.keys(TEXTS) as TextName[];

function* borders(seeds: number, dueChance: number, halves = false) {
  for (let seed = 0; seed < seeds; seed++) {
    const random = new SeededRandom(seed);
    const text = mixedText(random, NAMES, 4);
    const pieces = splitText(text, random, 1 + random.below(3), halves);
    const wire = pieces.map((piece) => spell(piece, seed % 2 === 0));
    const frames = play(profile, wire, random, {
      chunkSize,
      mostAtOnce: random.pick([1, 4, 25, 500]),
      dueChance,
    });
    const starts = new Set([...graphemes.segment(text)].map(({ index }) => index));
    const indexes = [0];
    for (const piece of pieces) indexes.push(indexes.at(-1)! + piece.length);
    yield {
      frames: frames.filter(({ cut }) => cut < pieces.length),
      wire,
      isBorder: (position: number) => starts.has(indexes[position]!),
      isWordBorder: (position: number) =>
        /^(\s.|.\s)$/su.test(text.slice(indexes[position]! - 1, indexes[position]! + 1)),
    };
  }
}

const range = (start: number, end: number) =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

describe(GuiProfile.name, () => {
  it.each([false, true])(
    'never cuts a character in time, also where surrogate pairs are in two: %s',
    (halves) => {
      for (const { frames, isBorder } of borders(100, 0, halves)) {
        for (const { from, cut, to, edge } of frames) {
          const isForced = (edge === 'now' && cut === to) || cut - from === 4 * chunkSize;
          if (!isForced) expect(isBorder(cut), `${from}..${cut} ${edge}`).toBe(true);
        }
      }
    },
  );

  it('gives more than ten pieces only when one character has as many', () => {
    for (const { frames, isBorder } of borders(100, 0.3)) {
      for (const { from, cut } of frames) {
        expect(cut - from).toBeLessThanOrEqual(4 * chunkSize);
        if (cut - from > chunkSize)
          expect(range(from + 1, from + chunkSize + 1).filter(isBorder)).toEqual([]);
      }
    }
  });

  it('ends a full frame between words where it can', () => {
    let [atWords, inWords] = [0, 0];
    for (const { frames, isBorder, isWordBorder } of borders(100, 0.3)) {
      for (const { from, cut, to } of frames) {
        if (to - from < chunkSize || cut === to || cut - from > chunkSize) continue;
        const better = range(cut + 1, Math.min(to, from + chunkSize + 1))
          .filter(isWordBorder)
          .filter(isBorder);
        expect(better).toEqual([]);
        if (isWordBorder(cut)) atWords++;
        else {
          inWords++;
          expect(
            range(from + 6, cut)
              .filter(isWordBorder)
              .filter(isBorder),
          ).toEqual([]);
        }
      }
    }
    expect(atWords).toBeGreaterThan(inWords);
  });

  it('keeps back at a deadline only what may be half a character, and only once', () => {
    for (const { frames, isBorder, wire } of borders(100, 0.5)) {
      for (const { from, cut, to, edge } of frames) {
        if (edge !== 'due' || to - from >= chunkSize) continue;
        if (cut < to) expect(seemsComplete(wire[to - 1]!)).toBe(false);
        expect(isBorder(cut) || cut === to).toBe(true);
      }
    }
  });

  const cut = (pieces: string[], edge: WindowEdge) =>
    profile.cut(
      { start: 0, piece: (position) => spell(pieces[position]!, false) },
      1,
      pieces.length,
      10,
      edge,
    );
  const letters = [...'-abcdefghi'];

  it.each<[string, string[], WindowEdge, number]>([
    ['a frame that is not full waits', letters, 'open', 1],
    ['the last piece of a full one may still become another character', [...letters, 'e'], 'open', 10],
    ['a full one goes when the next piece is there', [...letters, 'e', 'f'], 'open', 11],
    ['a combining mark stays with its letter', [...letters, 'e', '\u0301'], 'open', 10],
    ['words stay whole', [...'-abcdef ghij'], 'open', 8],
    ['but a frame is not made short for them', [...'-ab cdefghij'], 'open', 11],
    ['at a deadline a letter is taken for whole', ['-', 'a', 'b'], 'due', 3],
    ['an emoji is not', ['-', 'a', '👩'], 'due', 2],
    ['alone it waits once', ['-', '👩'], 'due', 1],
    ['and goes the next time', ['-', '👩'], 'now', 2],
    ['at the end all goes', ['-', 'a', '👩'], 'closed', 3],
  ])('%s', (_what, pieces, edge, expected) => {
    expect(cut(pieces, edge)).toBe(expected);
  });
});
