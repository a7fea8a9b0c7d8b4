import { describe, expect, it } from 'vitest';
import type { WindowEdge } from '../../../contracts/streaming-profile.js';
import { SeededRandom } from '../../../../test/support/seeded-random.js';
import { mixedText, splitText } from '../../../../test/support/text-pieces.js';
import { CopilotProfile } from './copilot.profile.js';
import { play, spell } from './testing/play.js';

const profile = new CopilotProfile();
const { chunkSize } = profile.defaults;

/** By the text itself: whether a border there lies inside a line's indentation, or between characters of one fence. */
function isBad(text: string, index: number): boolean {
  const [before, after] = [text[index - 1]!, text[index]!];
  if ('`~'.includes(before)) return before === after;
  const line = text.slice(
    Math.max(text.lastIndexOf('\n', index - 1), text.lastIndexOf('\r', index - 1)) + 1,
    index,
  );
  return /^[ \t]+$/.test(line) && ' \t'.includes(after);
}

function* borders(seeds: number, dueChance: number) {
  for (let seed = 0; seed < seeds; seed++) {
    const random = new SeededRandom(seed);
    const pieces = splitText(
      mixedText(random, ['code', 'code', 'lines', 'emoji'], 3),
      random,
      1 + random.below(6),
    );
    const wire = pieces.map((piece) => spell(piece, seed % 2 === 0));
    const frames = play(profile, wire, random, {
      chunkSize,
      mostAtOnce: random.pick([1, 4, 500]),
      dueChance,
    });
    const text = pieces.join('');
    const indexes = [0];
    for (const piece of pieces) indexes.push(indexes.at(-1)! + piece.length);
    const badAt = (position: number) => isBad(text, indexes[position]!);
    yield { frames: frames.filter(({ cut }) => cut < pieces.length), badAt, end: pieces.length };
  }
}

const range = (start: number, end: number) =>
  Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);

describe(CopilotProfile.name, () => {
  it('never cuts indentation or a fence, however the pieces come', () => {
    for (const { frames, badAt } of borders(100, 0)) {
      for (const { from, cut, edge } of frames) {
        const isForced =
          (edge === 'now' || cut - from === 4 * chunkSize) && range(from + 1, cut).every(badAt);
        expect(badAt(cut) && !isForced, `${from}..${cut} ${edge}`).toBe(false);
      }
    }
  });

  it('gives more than five pieces only when there is no good border sooner, and never more than twenty', () => {
    for (const { frames, badAt } of borders(100, 0.3)) {
      for (const { from, cut } of frames) {
        expect(cut - from).toBeLessThanOrEqual(4 * chunkSize);
        if (cut - from > chunkSize) expect(range(from + 1, from + chunkSize + 1).every(badAt)).toBe(true);
      }
    }
  });

  it('keeps back at a deadline only what a border would cut, and only once', () => {
    for (const { frames, badAt } of borders(100, 0.5)) {
      for (const { from, cut, to, edge } of frames) {
        if (edge !== 'due' && edge !== 'now') continue;
        expect(range(cut + 1, Math.min(to, from + chunkSize)).every(badAt)).toBe(true);
        if (badAt(cut) && cut - from < 4 * chunkSize) expect(edge).toBe('now');
      }
    }
  });

  const cut = (pieces: string[], edge: WindowEdge, from = 1, start = 0) =>
    profile.cut(
      { start, piece: (position) => spell(pieces[position]!, false) },
      from,
      pieces.length,
      5,
      edge,
    );

  it.each<[string, string[], WindowEdge, number]>([
    ['a full frame goes at once', ['', 'a', ' =', ' 1', ';', '\n'], 'open', 6],
    ['a frame that is not full waits', ['', 'a', ' =', ' 1', ';'], 'open', 1],
    ['indentation waits for its line', ['', 'a', ';', '\n', '    ', '    '], 'open', 4],
    ['so does indentation in the piece of its break', ['', 'a', ';', '{', '\n  ', '  '], 'open', 4],
    ['tabs are indentation', ['', 'a', ';', '\n', '\t', '\t'], 'open', 4],
    ['a written backslash and n are no break', ['', 'a', ';', '\\n', '  ', '  '], 'open', 6],
    ['nor with spaces behind it', ['', 'a', ';', '{', '\\n  ', '  '], 'open', 6],
    ['but a break behind a backslash is one', ['', 'a', ';', '{', '\\\n  ', '  '], 'open', 4],
    ['spaces inside a line are no indentation', ['', 'a', '=', '1', '  ', '  '], 'open', 6],
    ['a fence waits for its last mark', ['', 'a', '\n', '\n', '``', '`'], 'open', 4],
    ['known marks of one fence stay together', ['', 'a', '\n', '\n', '~', '~', '~', '\n'], 'open', 4],
    ['at a deadline the good part goes', ['', 'a', ';', '\n', '  '], 'due', 4],
    ['at a deadline a bad piece alone waits', ['', '\n  '], 'due', 1],
    ['at the next deadline it goes', ['', '\n  '], 'now', 2],
    ['at the end all goes', ['', 'a', '\n', '  '], 'closed', 4],
  ])('%s', (_what, pieces, edge, expected) => {
    expect(cut(pieces, edge)).toBe(expected);
  });

  it('takes the beginning of the text for the beginning of a line', () => {
    expect(cut(['  ', '  ', '  ', 'a', 'b', 'c'], 'due', 0)).toBe(5);
    expect(cut(['{"index":0}', '  ', '  ', 'a'], 'due', 1, 1)).toBe(4);
  });
});
