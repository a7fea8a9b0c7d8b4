import { isUtf8 } from 'node:buffer';

/** A line longer than this is not the protocol any more. */
export const MAX_LINE_BYTES = 1024 * 1024;

export const ENOUGH = -1;

export interface LineListener {
  /**
   * Takes what lines it can from `start` on, line ends included. Returns where they end, or `ENOUGH` to hear no more. Is
   * shown UTF-8 only, as latin1 characters.
   */
  plain(text: string, start: number): number;
  /** Hears a line without its line end, as latin1 characters of its bytes. Returns false to hear no more. */
  line(line: string): boolean;
}

/**
 * Cuts upstream bytes into lines. Text stays latin1: no decoder, no characters split over two reads. Lines that are
 * not UTF-8, and lines over a mebibyte, are refused.
 */
export class LineSplitter {
  private rest = '';
  /** False when `rest` may end inside a character: then lines are looked at one by one. */
  private restIsUtf8 = true;

  constructor(private readonly listener: LineListener) {}

  /** Returns what is wrong with the bytes, or undefined. */
  push(chunk: Buffer): string | undefined {
    const read = chunk.toString('latin1');
    const sound = this.restIsUtf8 && isUtf8(chunk);
    // Only what was just read is searched: a long line that comes in small pieces is not searched again and again.
    if (!read.includes('\n')) return this.keep(this.rest + read, sound);
    const text = this.rest + read;
    this.rest = '';
    const mayBePlain = sound && text.length <= MAX_LINE_BYTES;
    let start = 0;
    for (;;) {
      if (mayBePlain) start = this.listener.plain(text, start);
      if (start === ENOUGH) return undefined;
      const end = text.indexOf('\n', start);
      if (end === -1) break;
      const line = text.slice(start, end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end);
      start = end + 1;
      if (line.length > MAX_LINE_BYTES) return 'a line is longer than 1 MiB';
      if (!sound && !isUtf8(Buffer.from(line, 'latin1'))) return 'a line is not UTF-8';
      if (!this.listener.line(line)) return undefined;
    }
    const rest = text.slice(start);
    return this.keep(rest, sound || isUtf8(Buffer.from(rest, 'latin1')));
  }

  /** The bytes after the last line end, which some servers leave out of their last line. */
  end(): string | undefined {
    const rest = this.rest.endsWith('\r') ? this.rest.slice(0, -1) : this.rest;
    this.rest = '';
    if (rest === '') return undefined;
    if (!isUtf8(Buffer.from(rest, 'latin1'))) return 'a line is not UTF-8';
    this.listener.line(rest);
    return undefined;
  }

  private keep(rest: string, isUtf8Text: boolean): string | undefined {
    if (rest.length > MAX_LINE_BYTES) return 'a line is longer than 1 MiB';
    this.rest = rest;
    this.restIsUtf8 = isUtf8Text;
    return undefined;
  }
}
