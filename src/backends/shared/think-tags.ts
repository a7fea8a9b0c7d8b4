import type { WireText } from '../../contracts/wire-text.js';

const OPENING = '<think>';
const CLOSING = '</think>';
const [SPACE, BRACKET, BACKSLASH] = [0x20, 0x3c, 0x5c];
const WHITESPACE = /^(?: |\\[nrt])*/;
/** Angle brackets as Go and others escape them, and escaped backslashes, of which the second may stand before such letters. */
const ESCAPED = /\\\\|\\u003[ce]/gi;
const SPELLED: Readonly<Record<string, string>> = { '\\\\': '\\\\', '\\u003c': '<', '\\u003e': '>' };

/** Hears what is thought and what is said. */
export interface ThoughtListener {
  text(piece: WireText): void;
  reasoning(piece: WireText): void;
}

/**
 * Tells what a model thinks from what it says, where the server leaves its `<think>` tags in the text: those with which the
 * text begins. The tags and the whitespace after each are dropped, and nothing else is; no more is held back than what
 * may become a tag.
 */
export class ThinkTags {
  private expects: 'opening' | 'thought' | 'closing' | 'text' | 'nothing' = 'opening';
  private held = '';

  constructor(private readonly listener: ThoughtListener) {}

  /** Whether a text that begins with this piece may begin with a tag: with whitespace, with `<`, or with an escape. */
  static mayBegin(piece: WireText): boolean {
    const first = piece.charCodeAt(0);
    return first === SPACE || first === BRACKET || first === BACKSLASH;
  }

  /** Whether the last piece ended within a thought, or within what stands around it. */
  get isThinking(): boolean {
    return this.expects !== 'opening' && this.expects !== 'nothing';
  }

  /** Takes the next piece of the text. False when no more tags are awaited, and all that comes is said. */
  take(piece: WireText): boolean {
    let rest = this.held + withBrackets(piece);
    this.held = '';
    // Each of these stops where it needs to see more.
    if (this.expects === 'opening') rest = this.open(rest);
    if (this.expects === 'thought') rest = this.skip(rest, 'closing');
    if (this.expects === 'closing') rest = this.close(rest);
    if (this.expects === 'text') rest = this.skip(rest, 'nothing');
    if (this.expects !== 'nothing') return true;
    if (rest !== '') this.listener.text(rest);
    return false;
  }

  /** Tells what is held back: no more of the text comes, for now. */
  flush(): void {
    const { held } = this;
    this.held = '';
    if (held === '') return;
    if (this.expects === 'closing') this.listener.reasoning(held);
    else this.listener.text(held);
  }

  private open(text: WireText): WireText {
    const [before] = WHITESPACE.exec(text)!;
    const begun = text.slice(before.length);
    if (begun.startsWith(OPENING)) {
      if (before !== '') this.listener.text(before);
      this.expects = 'thought';
      return begun.slice(OPENING.length);
    }
    if (OPENING.startsWith(begun)) {
      if (before !== '') this.listener.text(before);
      this.held = begun;
      return '';
    }
    this.expects = 'nothing';
    return text;
  }

  private close(text: WireText): WireText {
    const end = text.indexOf(CLOSING);
    const thought = end < 0 ? text.slice(0, text.length - lengthOfBegun(text)) : text.slice(0, end);
    if (thought !== '') this.listener.reasoning(thought);
    if (end < 0) {
      this.held = text.slice(thought.length);
      return '';
    }
    this.expects = 'text';
    return text.slice(end + CLOSING.length);
  }

  private skip(text: WireText, next: 'closing' | 'nothing'): WireText {
    const rest = text.replace(WHITESPACE, '');
    if (rest !== '') this.expects = next;
    return rest;
  }
}

const withBrackets = (piece: WireText): WireText =>
  piece.includes('\\u003') ? piece.replace(ESCAPED, (found) => SPELLED[found.toLowerCase()]!) : piece;

/** How much of its end may be the beginning of the closing tag. */
function lengthOfBegun(text: string): number {
  for (let length = Math.min(CLOSING.length - 1, text.length); length > 0; length--)
    if (CLOSING.startsWith(text.slice(-length))) return length;
  return 0;
}
