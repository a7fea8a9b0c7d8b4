import type { Failure } from '../../../contracts/failure.js';
import { parseLogprobs, type Logprobs, type TokenLogprob } from '../../../contracts/logprobs.js';
import type { AnswerSink, FinishReason, ToolCallDelta } from '../../../contracts/model-backend.js';
import type { Usage } from '../../../contracts/usage.js';
import { fromWireText, type WireText } from '../../../contracts/wire-text.js';

export type SinkEvent =
  | readonly ['text' | 'reasoning' | 'refusal', string]
  | readonly ['tool-call', ToolCallDelta]
  | readonly ['finished', FinishReason, Usage]
  | readonly ['failed', Failure];

/** Keeps what a backend writes. What the contract of a sink forbids is kept too, for a test to find. */
export class RecordingSink implements AnswerSink {
  readonly events: SinkEvent[] = [];
  readonly violations: string[] = [];
  /** Of each piece that came with them. */
  readonly scores: TokenLogprob[][] = [];
  /** Resolves when the answer has ended. */
  readonly ended: Promise<this>;
  /** Resolves when the first event has come. */
  readonly begun: Promise<this>;
  /** Runs after each event. */
  onEvent: (event: SinkEvent) => void = () => undefined;
  private markBegun!: () => void;
  private markEnded!: () => void;
  private isOver = false;

  constructor() {
    this.begun = new Promise((resolve) => (this.markBegun = () => resolve(this)));
    this.ended = new Promise((resolve) => (this.markEnded = () => resolve(this)));
  }

  get pieces(): string[] {
    return this.events.flatMap(([kind, text]) => (kind === 'text' ? [text] : []));
  }

  get joined(): string {
    return this.pieces.join('');
  }

  get reasoningText(): string {
    return this.events.flatMap(([kind, text]) => (kind === 'reasoning' ? [text] : [])).join('');
  }

  get toolCalls(): ToolCallDelta[] {
    return this.events.flatMap(([kind, delta]) => (kind === 'tool-call' ? [delta] : []));
  }

  get reason(): FinishReason | undefined {
    return this.events.flatMap(([kind, reason]) => (kind === 'finished' ? [reason] : []))[0];
  }

  get usage(): Usage | undefined {
    return this.events.flatMap((event) => (event[0] === 'finished' ? [event[2]] : []))[0];
  }

  get failure(): Failure | undefined {
    return this.events.flatMap(([kind, failure]) => (kind === 'failed' ? [failure] : []))[0];
  }

  /** The events without ids, some of which are made up, so that two answers can be compared. */
  get comparable(): unknown[] {
    return this.events.map((event) => (event[0] === 'tool-call' ? [event[0], withoutId(event[1])] : event));
  }

  text(piece: WireText): void {
    this.piece('text', piece);
  }

  scoredText(piece: WireText, logprobs: Logprobs): void {
    this.scores.push(parseLogprobs(logprobs));
    this.piece('text', piece);
  }

  reasoning(piece: WireText): void {
    this.piece('reasoning', piece);
  }

  refusal(piece: WireText): void {
    this.piece('refusal', piece);
  }

  toolCall(delta: ToolCallDelta): void {
    this.record(['tool-call', delta]);
  }

  finished(reason: FinishReason, usage: Usage): void {
    this.record(['finished', reason, usage]);
    this.end();
  }

  failed(failure: Failure): void {
    this.record(['failed', failure]);
    this.end();
  }

  private piece(kind: 'text' | 'reasoning' | 'refusal', piece: WireText): void {
    if (piece === '') this.violations.push(`an empty piece of ${kind}`);
    if (!isWireText(piece)) this.violations.push(`not wire text: ${piece}`);
    else this.record([kind, fromWireText(piece)]);
  }

  private record(event: SinkEvent): void {
    if (this.isOver) this.violations.push(`after the end: ${event[0]}`);
    this.events.push(event);
    this.markBegun();
    this.onEvent(event);
  }

  private end(): void {
    this.isOver = true;
    this.markEnded();
  }
}

function isWireText(piece: WireText): boolean {
  try {
    fromWireText(piece);
    return /^[ -\xff]*$/.test(piece);
  } catch {
    return false;
  }
}

const withoutId = ({ index, name, arguments: text }: ToolCallDelta) => ({ index, name, text });
