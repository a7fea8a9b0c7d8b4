import { Injectable } from '@nestjs/common';
import type { StreamingProfile, TextWindow, WindowEdge } from '../../../contracts/streaming-profile.js';
import { chooseCut, type BorderRule } from './choose-cut.js';
import { isGraphemeBorder, seemsComplete } from './grapheme-border.js';
import { firstCodePoint, lastCodePoint, SPACE } from './wire-characters.js';

/** Frames never end inside a character. What ends a frame in time is known; at a deadline it is guessed. */
const CHARACTER_BORDERS: BorderRule = {
  isSafe: isGraphemeBorder,
  isSafeEnd: (window, cut, edge) => edge !== 'open' && seemsComplete(window.piece(cut - 1)),
};

/** For chat windows: up to ten pieces a frame, whole characters, mostly whole words. */
@Injectable()
export class GuiProfile implements StreamingProfile {
  readonly name = 'gui';
  readonly defaults = { chunkSize: 10, timeoutMs: 120_000, bufferSize: 500, flushMs: 250 };

  cut(window: TextWindow, from: number, to: number, chunkSize: number, edge: WindowEdge): number {
    const cut = chooseCut(CHARACTER_BORDERS, window, from, to, chunkSize, edge);
    const isCutBySize = cut < to && to - from >= chunkSize;
    return isCutBySize ? lastWordBorder(window, from + Math.floor(chunkSize / 2), cut) : cut;
  }
}

/** The last border between words after `least`, or `cut` itself. */
function lastWordBorder(window: TextWindow, least: number, cut: number): number {
  for (let border = cut; border > least; border--) if (isWordBorder(window, border)) return border;
  return cut;
}

const isWordBorder = (window: TextWindow, cut: number): boolean =>
  (isSpace(firstCodePoint(window.piece(cut))) || isSpace(lastCodePoint(window.piece(cut - 1)))) &&
  isGraphemeBorder(window, cut);

const isSpace = (code: number): boolean => code <= SPACE;
