import { toWireText, type WireText } from '../../contracts/wire-text.js';
import { CODE_PHRASES, UNICODE_PHRASES, WORD_PHRASES, type Phrase, type Phrases } from './corpus-phrases.js';
import type { Random } from './random.js';

/** Where a seeded answer takes its words from. */
export interface Corpus {
  readonly phrases: Phrases;
  /** The same phrases, set off from one before. */
  readonly later: Phrases;
}

const WORDS = prepare(WORD_PHRASES, ' ');
const CORPORA = new Map([
  ['words', WORDS],
  ['unicode', prepare(UNICODE_PHRASES, ' ')],
  ['code', prepare(CODE_PHRASES, '\n')],
]);

/** They are said over and over, so they are encoded once. */
const WIRE_PIECES = new Map<string, WireText>();
for (const { phrases, later } of CORPORA.values()) {
  for (const piece of [...phrases, ...later].flat()) WIRE_PIECES.set(piece, toWireText(piece));
}

/** The corpus of that name; of any other name plain words. */
export const toCorpus = (name: string): Corpus => CORPORA.get(name) ?? WORDS;

export const toWirePiece = (piece: string): WireText => WIRE_PIECES.get(piece) ?? toWireText(piece);

/** Exactly `count` pieces, the first with nothing before it. */
export function* drawPieces({ phrases, later }: Corpus, count: number, random: Random): Generator<string> {
  let from = phrases;
  for (let left = count; left > 0;) {
    for (const piece of random.pick(from)) {
      if (left === 0) return;
      yield piece;
      left -= 1;
    }
    from = later;
  }
}

function prepare(phrases: Phrases, between: string): Corpus {
  const later = phrases.map(([first, ...rest]): Phrase => [between + first, ...rest]);
  return { phrases, later: later as [Phrase, ...Phrase[]] };
}
