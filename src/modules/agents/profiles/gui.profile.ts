import { Injectable } from '@nestjs/common';
import type { StreamingProfile, TextWindow, WindowEdge } from '../../../contracts/streaming-profile.js';
import { fromWireText } from '../../../contracts/wire-text.js';
import { chooseCut, type CutRule } from './choose-cut.js';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
// eslint-disable-next-line no-control-regex -- the range is ASCII
const ASCII_EDGE = /^[\x00-\x7f]/;
const WORD_EDGE = /^(?: |\\n|\\t)/;
const ENDS_WITH_SPACE = /(?: |\\n|\\t)$/;
/** Pieces around a cut that can belong to one grapheme. */
const REACH = 16;

/** Frames never end inside a grapheme, and rather between words than in them. */
const CHAT_RULE: CutRule = {
  isSafe(window, cut) {
    const after = window.piece(cut);
    if (isAscii(window.piece(cut - 1).slice(-1)) && isAscii(after) && !isEscape(after)) return true;
    const before = textBefore(window, cut);
    return startsGrapheme(before + fromWireText(after), before.length);
  },
  isSafeUnknowing(window, cut) {
    const before = window.piece(cut - 1);
    return isAscii(before.slice(-1)) && !isEscapedCharacter(before);
  },
  isPreferred(window, cut) {
    return WORD_EDGE.test(window.piece(cut)) || ENDS_WITH_SPACE.test(window.piece(cut - 1));
  },
};

/** For chat windows: up to ten pieces a frame, whole characters, mostly whole words. */
@Injectable()
export class GuiProfile implements StreamingProfile {
  readonly name = 'gui';
  readonly defaults = { chunkSize: 10, timeoutMs: 120_000, bufferSize: 500, flushMs: 250 };

  cut(window: TextWindow, from: number, to: number, chunkSize: number, edge: WindowEdge): number {
    return chooseCut(CHAT_RULE, window, from, to, chunkSize, edge);
  }
}

const isAscii = (wire: string): boolean => ASCII_EDGE.test(wire);
/** `\u200d`, `\ud83d` …: ASCII on the wire, but not as text. */
const isEscape = (wire: string): boolean =>
  wire.startsWith('\\u') || wire.startsWith('\\r') || wire.startsWith('\\n');
const isEscapedCharacter = (wire: string): boolean => /\\u[0-9a-fA-F]{4}$/.test(wire) || wire.endsWith('\\r');

function textBefore(window: TextWindow, cut: number): string {
  let wire = '';
  for (let position = cut - 1; position >= Math.max(0, cut - REACH) && wire.length < 256; position--) {
    wire = window.piece(position) + wire;
  }
  return fromWireText(wire);
}

const startsGrapheme = (text: string, index: number): boolean =>
  graphemes.segment(text).containing(index)?.index === index;
