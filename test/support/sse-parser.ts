/** One block of an event stream, up to and including its blank line. */
export interface SseFrame {
  /** The last `event` line, undefined when there was none. */
  readonly event: string | undefined;
  /** The `id` line of this block, undefined when there was none or it is to be ignored. */
  readonly id: string | undefined;
  /** The `data` lines joined by newlines; undefined when there was none, and then nothing is dispatched. */
  readonly data: string | undefined;
  /** The comment lines joined by newlines, without colon and one space. */
  readonly comment: string | undefined;
  /** Milliseconds of a `retry` line of digits. */
  readonly retry: number | undefined;
  /** The block as it came. */
  readonly raw: string;
  /** `performance.now()` when it was complete. */
  readonly at: number;
}

/** Parses an event stream by the rules of the WHATWG standard. Bytes that are not UTF-8 throw. */
export class SseParser {
  /** What came after the last blank line. A browser would discard it. */
  get leftover(): string {
    return this.lines.map(({ raw }) => raw).join('') + this.text;
  }

  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  private text = '';
  private lines: { raw: string; line: string }[] = [];

  /** The blocks these bytes complete. */
  push(bytes: Uint8Array): SseFrame[] {
    this.text += this.decoder.decode(bytes, { stream: true });
    return this.takeFrames(false);
  }

  /** The block completed by the end of the stream, which can only be one whose blank line is a lone `\r`. */
  end(): SseFrame[] {
    this.text += this.decoder.decode();
    return this.takeFrames(true);
  }

  private takeFrames(atEnd: boolean): SseFrame[] {
    const frames: SseFrame[] = [];
    for (;;) {
      const match = /\r\n|\n|\r/.exec(this.text);
      // A `\r` at the end of what we have may be half of `\r\n`.
      if (!match || (match[0] === '\r' && match.index === this.text.length - 1 && !atEnd)) return frames;
      const end = match.index + match[0].length;
      const line = this.text.slice(0, match.index);
      this.lines.push({ raw: this.text.slice(0, end), line });
      this.text = this.text.slice(end);
      if (line !== '') continue;
      frames.push(toFrame(this.lines));
      this.lines = [];
    }
  }
}

function toFrame(block: readonly { raw: string; line: string }[]): SseFrame {
  const data: string[] = [];
  const comments: string[] = [];
  let event: string | undefined;
  let id: string | undefined;
  let retry: number | undefined;
  for (const { line } of block) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === '') comments.push(value);
    else if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) retry = Number(value);
  }
  return {
    event,
    id,
    data: data.length > 0 ? data.join('\n') : undefined,
    comment: comments.length > 0 ? comments.join('\n') : undefined,
    retry,
    raw: block.map(({ raw }) => raw).join(''),
    at: performance.now(),
  };
}
