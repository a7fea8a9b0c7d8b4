import type { Failure } from './failure.js';
import type { CancelReason } from './generation-outcome.js';
import type { AnswerRecord } from './journal.js';
import type { Logprobs } from './logprobs.js';
import type { FinishReason, ToolCallDelta } from './model-backend.js';
import type { Usage } from './usage.js';
import type { WireText } from './wire-text.js';

/** What a dialect may say about a generation. */
export interface StreamHead {
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  /** As the caller named it. */
  readonly model: string;
  readonly agent: string | undefined;
  /** Number of answers. */
  readonly choices: number;
  /** Most tokens an answer may have, where the caller or the agent said so. */
  readonly maxTokens?: number;
  /** The message of the caller's that the answer goes on with, by the caller's name for it. */
  readonly messageId?: string;
}

/** What is known of a generation that has ended, however it ended. */
export interface Ending {
  readonly usage: Usage;
  /** Position of the end, behind the last entry of the log. */
  readonly seq: number;
  readonly durationMs: number;
  /** Puts the answers together, one per choice, as far as they came. */
  answers(): readonly AnswerRecord[];
}

export interface FinishedEnding extends Ending {
  readonly finishReasons: readonly FinishReason[];
}

/**
 * Spells one reader's events. What it returns is latin1 characters of UTF-8 bytes, ready for the wire. `seq` is the
 * position in the log of the last entry that a frame contains.
 */
export interface FrameWriter {
  /** Said once before anything else, together with the first event. */
  open(): string;
  /** One piece of the model's text, at once; the text that it becomes part of follows. Only where both are said. */
  readonly piece?: (text: WireText, choice: number, seq: number) => string;
  text(text: WireText, choice: number, seq: number): string;
  /** The same with the log probabilities of its tokens, where a dialect has a word for them. */
  readonly scoredText?: (text: WireText, logprobs: Logprobs, choice: number, seq: number) => string;
  reasoning(text: WireText, choice: number, seq: number): string;
  /** What refuses to answer; text where a dialect has no word for it. */
  readonly refusal?: (text: WireText, choice: number, seq: number) => string;
  toolCall(delta: ToolCallDelta, choice: number, seq: number): string;
  finished(ending: FinishedEnding): string;
  failed(failure: Failure, ending: Ending): string;
  cancelled(reason: CancelReason, ending: Ending): string;
}

/** What stands round each message, as the transport wants it. A message is JSON text without a raw line break. */
export interface Framing {
  before(event?: string): string;
  readonly after: string;
}

/** Server-sent events (WHATWG HTML, section 9.2). */
export const SSE_FRAMING: Framing = {
  before: (event) => (event === undefined ? 'data: ' : `event: ${event}\ndata: `),
  after: '\n\n',
};

/** One message a line, for transports that know messages. */
export const LINE_FRAMING: Framing = { before: () => '', after: '\n' };

export interface DialectOptions {
  readonly framing: Framing;
  /** One more chunk with the usage, where a dialect says it only when asked. */
  readonly includeUsage: boolean;
  readonly reasoningField: 'reasoning_content' | 'reasoning';
  /** The caller asked for functions, and knows no tools. */
  readonly saysFunctions?: boolean;
  /** Whether every piece of the model is an event of its own besides. */
  readonly tokenEvents: boolean;
  /** What a dialect that repeats the answer calls `text`. */
  readonly frameText: 'so_far' | 'delta';
  /** Frames of several generations share the stream, so that each must say which one it belongs to. */
  readonly isShared?: boolean;
  /** Number of the next message on this connection, from 1. */
  readonly nextSequence: () => number;
  /** What stands in the log before the reader begins, one record per choice; none where it begins with the log. */
  readonly before: () => readonly AnswerRecord[];
}

/** How events are spelled on the wire: one injectable strategy each. */
export interface StreamDialect {
  readonly name: string;
  /** Headers of a stream in this dialect, besides those of every stream. */
  readonly headers?: Readonly<Record<string, string>>;
  /** It has a word for the log probabilities of tokens. */
  readonly saysLogprobs?: boolean;
  /** It has words for a beginning: these go out when no event has come for so long. */
  readonly opensAfterMs?: number;
  /** Says how soon a browser that lost the stream should come back. */
  readonly saysRetry?: boolean;
  writer(head: StreamHead, options: DialectOptions): FrameWriter;
}
