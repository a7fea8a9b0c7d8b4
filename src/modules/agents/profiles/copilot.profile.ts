import { Injectable } from '@nestjs/common';
import type { StreamingProfile, TextWindow, WindowEdge } from '../../../contracts/streaming-profile.js';
import { chooseCut, type BorderRule } from './choose-cut.js';
import { firstCodePoint, lastCodePoint, NEWLINE, RETURN, SPACE, TAB } from './wire-characters.js';

const BACKTICK = 0x60;
const TILDE = 0x7e;
/** Wire text of spaces and tabs alone. */
const ALL_BLANK = /^(?: |\\t)+$/;
/** Wire text that ends in a line break and blanks behind it; the backslash of the break is not itself escaped. */
const ENDS_IN_INDENTATION = /(?<!\\)(?:\\\\)*\\[nr](?: |\\t)+$/;
/** Pieces of nothing but blanks among which a line's beginning is looked for. */
const LOOK_BACK = 32;

/** Frames never end inside a line's indentation, nor inside a fence marker. */
const CODE_BORDERS: BorderRule = {
  isSafe(window, cut) {
    const next = firstCodePoint(window.piece(cut));
    if (isFence(next)) return lastCodePoint(window.piece(cut - 1)) !== next;
    return !isBlank(next) || !isInIndentation(window, cut);
  },
  isSafeEnd: (window, cut) => !isFence(lastCodePoint(window.piece(cut - 1))) && !isInIndentation(window, cut),
};

/** For code in an editor: a few pieces a frame, and layout arrives in one piece. No byte is changed. */
@Injectable()
export class CopilotProfile implements StreamingProfile {
  readonly name = 'copilot';
  readonly defaults = { chunkSize: 5, timeoutMs: 60_000, bufferSize: 200, flushMs: 100 };

  cut(window: TextWindow, from: number, to: number, chunkSize: number, edge: WindowEdge): number {
    return chooseCut(CODE_BORDERS, window, from, to, chunkSize, edge);
  }
}

const isFence = (code: number): boolean => code === BACKTICK || code === TILDE;
const isBlank = (code: number): boolean => code === SPACE || code === TAB;

/** Whether the line has begun before `cut` with blanks, and with nothing else yet. */
function isInIndentation(window: TextWindow, cut: number): boolean {
  const oldest = Math.max(window.start, cut - LOOK_BACK);
  for (let position = cut - 1; position >= oldest; position--) {
    const piece = window.piece(position);
    const last = lastCodePoint(piece);
    if (!isBlank(last)) return position < cut - 1 && (last === NEWLINE || last === RETURN);
    if (!ALL_BLANK.test(piece)) return ENDS_IN_INDENTATION.test(piece);
  }
  return true;
}
