import type { Failure } from './failure.js';
import type { CancelReason } from './generation-outcome.js';
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
}

export interface FinishedEnding {
  readonly finishReasons: readonly FinishReason[];
  readonly usage: Usage;
}

/** Spells one reader's events. What it returns is latin1 characters of UTF-8 bytes, ready for the wire. */
export interface FrameWriter {
  /** Said once before anything else, together with the first event. */
  open(): string;
  text(text: WireText, choice: number): string;
  reasoning(text: WireText, choice: number): string;
  toolCall(delta: ToolCallDelta, choice: number): string;
  finished(ending: FinishedEnding): string;
  failed(failure: Failure): string;
  cancelled(reason: CancelReason): string;
}

/** How events are spelled on the wire: one injectable strategy each. */
export interface StreamDialect<Options> {
  readonly name: string;
  writer(head: StreamHead, options: Options): FrameWriter;
}
