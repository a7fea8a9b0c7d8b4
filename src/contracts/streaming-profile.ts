import type { WireText } from './wire-text.js';

/** The pieces of text a reader has before and behind it, by their position in the log. */
export interface TextWindow {
  /** Where the text begins that the pieces belong to. What stands before it in the log is not text. */
  readonly start: number;
  piece(position: number): WireText;
}

/** What is known about more text behind the window. */
export type WindowEdge =
  /** More may come; waiting is allowed. */
  | 'open'
  /** The oldest piece has waited its time: what may go must go. Only what a bad border would split may wait again. */
  | 'due'
  /** The text's first piece, or one that has waited twice: something must go, wherever it ends. */
  | 'now'
  /** No text follows these pieces: the answer ended here, or something other than text comes next. */
  | 'closed';

export interface ProfileSettings {
  /** Pieces of text per frame, at most. */
  readonly chunkSize: number;
  /** Deadline of the whole generation. */
  readonly timeoutMs: number;
  /** Pieces that may wait for a slow reader before the upstream is paused. */
  readonly bufferSize: number;
  /** How long a piece may wait to be joined with others. 0 never waits. */
  readonly flushMs: number;
}

/** How a reader regroups text before it is framed. Profiles lose, add and reorder nothing. */
export interface StreamingProfile {
  readonly name: string;
  /** Where the configuration says nothing else. */
  readonly defaults: ProfileSettings;
  /**
   * Where the frame that begins with the piece at `from` ends (exclusive): in `from + 1 ..= to`, or `from` to wait,
   * as the edge allows. `chunkSize` is the most pieces a frame should hold.
   */
  cut(window: TextWindow, from: number, to: number, chunkSize: number, edge: WindowEdge): number;
}
