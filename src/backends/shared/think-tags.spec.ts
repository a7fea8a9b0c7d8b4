import { describe, expect, it } from 'vitest';
import { fromWireText, toWireText, type WireText } from '../../contracts/wire-text.js';
import { ThinkTags } from './think-tags.js';

interface Heard {
  readonly reasoning: string;
  readonly text: string;
  /** How many characters had been told after each piece. */
  readonly told: readonly number[];
}

function read(pieces: readonly WireText[]): Heard {
  let reasoning = '';
  let text = '';
  const tags = new ThinkTags({
    text: (piece) => (text += piece),
    reasoning: (piece) => (reasoning += piece),
  });
  let isAwaited = ThinkTags.mayBegin(pieces[0]!);
  const told: number[] = [];
  for (const piece of pieces) {
    if (isAwaited) isAwaited = tags.take(piece);
    else text += piece;
    told.push(reasoning.length + text.length);
  }
  if (isAwaited) tags.flush();
  return { reasoning: fromWireText(reasoning), text: fromWireText(text), told };
}

/** Every way to cut a text into two pieces and each of its characters for itself; escapes stay whole. */
function cutsOf(said: string, toPiece = toWireText): WireText[][] {
  const characters = [...said].map(toPiece);
  const cuts = characters.map((_, at) => [characters.slice(0, at).join(''), characters.slice(at).join('')]);
  return [...cuts.map((pieces) => pieces.filter((piece) => piece !== '')), characters];
}

/** As Go writes it. */
const escaped = (said: string): WireText =>
  toWireText(said).replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');

describe(ThinkTags.name, () => {
  it.each([
    ['<think>\nTwo and "two".\n</think>\n\nFour é.', 'Two and "two".\n', 'Four é.'],
    ['<think>a</think>b', 'a', 'b'],
    ['<think>\n\n</think>\n\nHello', '', 'Hello'],
    ['<think></think>', '', ''],
    ['<think>a < b </thin </think>c', 'a < b </thin ', 'c'],
    ['<think>a</think> <think>b</think>', 'a', '<think>b</think>'],
    ['\n<think>a</think>b', 'a', '\nb'],
    ['<think>never closed </th', 'never closed </th', ''],
    ['<thinking>a</thinking>', '', '<thinking>a</thinking>'],
    ['<thi', '', '<thi'],
    ['  \n', '', '  \n'],
    ['Use <think>a</think>.', '', 'Use <think>a</think>.'],
    ['\\<think>a</think>', '', '\\<think>a</think>'],
  ])('reads %j, however it is cut and spelled', (said, reasoning, text) => {
    for (const spelled of [toWireText, escaped])
      for (const pieces of cutsOf(said, spelled)) expect(read(pieces)).toMatchObject({ reasoning, text });
  });

  it('does not take letters behind a backslash for an escaped bracket', () => {
    const said = '<think>\\u003c/think>';
    for (const pieces of cutsOf(said))
      expect(read(pieces)).toMatchObject({ reasoning: '\\u003c/think>', text: '' });
  });

  it('holds back nothing but what may become a tag', () => {
    expect(read(['Hi', ' you']).told).toEqual([2, 6]);
    expect(read(['<', 'b', '>']).told).toEqual([0, 2, 3]);
    expect(read(['<think>', 'ab', 'c<', '/d', '</think>', ' ', 'e']).told).toEqual([0, 2, 3, 6, 6, 6, 7]);
  });
});
