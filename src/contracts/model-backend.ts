import type { EmbeddingAnswer, EmbeddingRequest } from './embedding.js';
import type { Failure } from './failure.js';
import type { CallExtra, GenerationRequest } from './generation-request.js';
import type { Logprobs } from './logprobs.js';
import type { Usage } from './usage.js';
import type { WireText } from './wire-text.js';

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter';

/** One piece of a tool call. The first piece of an index carries id, name and extra, later ones arguments only. */
export interface ToolCallDelta {
  readonly index: number;
  readonly id?: string;
  readonly name?: string;
  /** A piece of the arguments' JSON text. */
  readonly arguments: string;
  /** With the first piece: what the server wants back with the call. */
  readonly extra?: CallExtra;
}

/**
 * Where a backend writes one answer. Calls come in the order of the upstream's bytes; after `finished` or `failed`
 * the backend calls nothing more. A backend never invents an ending: what ends without the upstream saying so is
 * `failed` with `upstream_incomplete`.
 */
export interface AnswerSink {
  /** Exactly one piece of text the model produced, never empty. */
  text(piece: WireText): void;
  /** The same with the log probabilities of its tokens. */
  scoredText(piece: WireText, logprobs: Logprobs): void;
  reasoning(piece: WireText): void;
  /** A piece of what the model says in place of an answer that it refuses to give. */
  refusal(piece: WireText): void;
  toolCall(delta: ToolCallDelta): void;
  finished(reason: FinishReason, usage: Usage): void;
  failed(failure: Failure): void;
}

/** A running call. Every method may be called at any time, also after the end, and then does nothing. */
export interface BackendCall {
  /** Closes the upstream connection at once. The sink hears nothing more. */
  abort(): void;
  /** Stops reading from the upstream until `resume`: backpressure reaches the model. */
  pause(): void;
  resume(): void;
}

export interface BackendModel {
  readonly id: string;
  /** Unix seconds, when the backend says when it got the model. */
  readonly created?: number;
  readonly ownedBy?: string;
  /** False for models that only embed. */
  readonly chat: boolean;
}

export interface BackendHealth {
  readonly reachable: boolean;
  readonly version?: string;
  /** Short and safe to show. */
  readonly error?: string;
}

/** An upstream that can generate and embed. One instance per configured backend. */
export interface ModelBackend {
  /** The configured name, as in `X-Citadel-Backend`. */
  readonly name: string;
  readonly kind: string;
  /** It takes what is said, and nothing of how to answer: lengths, tools, formats and the like are its own. */
  readonly hasOwnSettings?: boolean;
  /** Its callers say when it fails: that tells nothing about the next call. */
  readonly failsOnDemand?: boolean;
  /** Fields of a caller's body that its server is not told, as it would refuse them. */
  readonly withholds?: ReadonlySet<string>;
  /** Fields of a caller's body that its server is told as they are. */
  readonly passes?: ReadonlySet<string>;
  /** Starts one answer. Never throws: what goes wrong is `sink.failed`, possibly before this returns. */
  generate(request: GenerationRequest, sink: AnswerSink): BackendCall;
  /** Turns texts into vectors, in one call. Rejects with a `FailureError`, or with the signal's reason. */
  embed(request: EmbeddingRequest, signal: AbortSignal): Promise<EmbeddingAnswer>;
  /** Models the backend can serve now. Rejects when it cannot be asked. Never runs a model. */
  listModels(signal: AbortSignal): Promise<BackendModel[]>;
  /** A cheap look whether it answers. Never rejects, never runs a model. */
  probe(signal: AbortSignal): Promise<BackendHealth>;
  /** Lets go of connections. */
  close(): Promise<void>;
}
