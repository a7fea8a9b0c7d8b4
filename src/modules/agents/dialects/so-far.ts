import type { AnswerRecord } from '../../../contracts/journal.js';
import { flat, type WireText } from '../../../contracts/wire-text.js';

/** Pieces after which the text is put into one piece of memory: every frame walks through what was added since. */
const LOOSE_PIECES = 32;

/** Each answer's text as far as a reader has got. */
export class SoFar {
  private readonly texts: WireText[] = [];
  private loose = 0;

  constructor(private readonly before: () => readonly AnswerRecord[]) {}

  /** With this piece. */
  after(piece: WireText, choice: number): WireText {
    let text = (this.texts[choice] ?? this.before()[choice]?.text ?? '') + piece;
    if (++this.loose === LOOSE_PIECES) {
      this.loose = 0;
      text = flat(text);
    }
    return (this.texts[choice] = text);
  }
}
