import type { GenerationRequest } from './generation-request.js';
import type { Outcome } from './generation-outcome.js';
import type { ToolCall } from './generation-request.js';
import type { Usage } from './usage.js';
import type { WireText } from './wire-text.js';

/** What is known when a generation begins. */
export interface BeginRecord {
  readonly id: string;
  readonly kind: 'chat' | 'completion' | 'embedding';
  /** Route family the request came through, such as `/v1/chat/completions`. */
  readonly route: string;
  readonly requestId: string;
  readonly tenant: string;
  readonly userId: string;
  /** As the caller named it. */
  readonly model: string;
  readonly agent?: string;
  readonly profile: string;
  readonly stream: boolean;
  /** The conversation it belongs to, when the caller named one; otherwise it is one of its own. */
  readonly session?: string;
  readonly createdAt: Date;
  /** What was asked; several when a request holds several prompts, in their order. */
  readonly inputs: readonly (GenerationRequest['input'] | EmbeddedTexts)[];
}

/** Texts that were turned into vectors: they are not kept, but can be recognised. */
export interface EmbeddedTexts {
  readonly kind: 'embedding';
  /** In hexadecimal, in the order of the texts. */
  readonly sha256: readonly string[];
}

/** One complete answer, as far as it came. */
export interface AnswerRecord {
  readonly text: WireText;
  /** As much of the text as refuses to answer. */
  readonly refusal?: WireText;
  readonly reasoning?: WireText;
  readonly toolCalls?: readonly ToolCall[];
}

/** What is known when it has ended, however it ended. */
export interface OutcomeRecord {
  readonly begin: BeginRecord;
  readonly outcome: Outcome;
  readonly backend?: string;
  /** Model name at the backend. */
  readonly backendModel?: string;
  readonly attempts: number;
  readonly usage: Usage;
  /** Pieces of text, reasoning and tool calls the model produced. */
  readonly generatedPieces: number;
  /** How many of these had been handed to the client that asked. */
  readonly deliveredPieces: number;
  /** Of vectors, how many the cache had. */
  readonly cachedPieces?: number;
  /** The whole answer came from the cache. */
  readonly cached?: true;
  /** How often a reader had to wait for its client. */
  readonly readerWaits: number;
  readonly firstTokenMs?: number;
  readonly durationMs: number;
  readonly endedAt: Date;
  /** Puts the answers' text together; costly, so only who stores it calls it. */
  readonly answers: () => AnswerRecord[];
}

/**
 * The durable memory of generations: two records each. `begin` is written before a backend is called and outlives the
 * process. Throws a GatewayError `audit_unavailable` when it cannot be written and an answer must not go unrecorded.
 */
export interface GenerationJournal {
  begin(record: BeginRecord): JournalEntry;
  /** Both records of what called no backend, when it has ended. What it gives is as an entry's `outcome` gives it. */
  enter(record: OutcomeRecord): Promise<void> | undefined;
}

/** A generation that is on record as begun. One that never gets an outcome is on record as `interrupted` in the end. */
export interface JournalEntry {
  /**
   * Called once. A returned promise holds the end of the answer (never its tokens) until it resolves; a rejected one
   * ends the answer with `audit_unavailable`.
   */
  outcome(record: OutcomeRecord): Promise<void> | undefined;
}

export const GenerationJournal = Symbol('GenerationJournal');
