import { toWireJson, type WireText } from '../../contracts/wire-text.js';
import { JSON_STRING_BODY } from '../shared/json-string.js';
import { ENOUGH } from '../shared/line-splitter.js';

/** How a line that carries nothing but a piece of text is spelled by Ollama's encoder, from the end of its time on. */
export interface PlainLine {
  readonly before: string;
  readonly after: string;
}

export const CHAT_LINE: PlainLine = {
  before: '","message":{"role":"assistant","content":"',
  after: '"},"done":false}',
};
export const GENERATE_LINE: PlainLine = { before: '","response":"', after: '","done":false}' };

/** How lines of this model's answers begin, up to their time, as Ollama's encoder spells most names. */
export const expectedHead = (model: string): string => `{"model":${toWireJson(model)},"created_at":"`;

/** A line's beginning up to its time, which is what differs from line to line. */
const LINE_HEAD = /^\{[^{[]{0,500}?"created_at":"/;

const CARRIAGE_RETURN = 13;

/** Beginnings known at a time: one or two for each model in use. */
const MAX_KNOWN = 256;
const known = new Map<string, PlainLines>();

/**
 * Finds the pieces of plain lines without parsing them: a pattern for what stands before a piece and one for the piece
 * and what stands behind it. That takes half the time of comparing the parts of a line.
 */
export class PlainLines {
  private readonly before: RegExp;
  private readonly behind: RegExp;
  private readonly afterLength: number;

  private constructor({ before, after }: PlainLine, head: string) {
    this.before = new RegExp(`${quote(head)}[^"\\\\\\x00-\\x1f]*${quote(before)}`, 'y');
    this.behind = new RegExp(`${JSON_STRING_BODY}${quote(after)}\\r?\\n`, 'y');
    this.afterLength = after.length;
  }

  static for(plain: PlainLine, head: string): PlainLines {
    const key = head + plain.before;
    let lines = known.get(key);
    if (lines !== undefined) return lines;
    lines = new PlainLines(plain, head);
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(key, lines);
    return lines;
  }

  /** How lines like this one begin; undefined when that cannot be said. */
  static headOf(line: string): string | undefined {
    return LINE_HEAD.exec(line)?.[0];
  }

  /** Hands over the pieces of the plain lines at `start`. Returns where these end, or `ENOUGH` when `take` has enough. */
  read(text: string, start: number, take: (piece: WireText) => boolean): number {
    const { before, behind } = this;
    for (let at = start; ;) {
      before.lastIndex = at;
      if (!before.test(text)) return at;
      const pieceStart = (behind.lastIndex = before.lastIndex);
      if (!behind.test(text)) return at;
      at = behind.lastIndex;
      const lineEnd = text.charCodeAt(at - 2) === CARRIAGE_RETURN ? 2 : 1;
      // Whoever takes the piece may read other lines, so the patterns' places are not relied on.
      if (!take(text.slice(pieceStart, at - lineEnd - this.afterLength))) return ENOUGH;
    }
  }
}

const quote = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
