import type { Failure } from '../../../contracts/failure.js';
import { parseLogprobs, type Logprobs, type TokenLogprob } from '../../../contracts/logprobs.js';
import type { AnswerSink, FinishReason, ToolCallDelta } from '../../../contracts/model-backend.js';
import type { Usage } from '../../../contracts/usage.js';
import { fromWireText, type WireText } from '../../../contracts/wire-text.js';

/** Keeps what a backend writes, and refuses what the contract of a sink forbids. */
export class RecordingSink implements AnswerSink {
  readonly texts: string[] = [];
  readonly scores: TokenLogprob[] = [];
  readonly thoughts: string[] = [];
  readonly toolCalls: ToolCallDelta[] = [];
  /** Everything in its order, as one line of text each. */
  readonly lines: string[] = [];
  reason: FinishReason | undefined;
  usage: Usage | undefined;
  failure: Failure | undefined;
  /** Runs after each piece. */
  onPiece: () => void = () => undefined;

  get ended(): boolean {
    return this.reason !== undefined || this.failure !== undefined;
  }

  get joined(): string {
    return this.texts.join('');
  }

  text(piece: WireText): void {
    this.piece(`text ${piece}`, piece, () => this.texts.push(fromWireText(piece)));
  }

  scoredText(piece: WireText, logprobs: Logprobs): void {
    this.scores.push(...parseLogprobs(logprobs));
    this.text(piece);
  }

  reasoning(piece: WireText): void {
    this.piece(`reasoning ${piece}`, piece, () => this.thoughts.push(fromWireText(piece)));
  }

  refusal(piece: WireText): void {
    throw new Error(`the simulator refuses nothing: ${piece}`);
  }

  toolCall(delta: ToolCallDelta): void {
    this.piece(`tool-call ${JSON.stringify(delta)}`, delta.arguments, () => this.toolCalls.push(delta));
  }

  finished(reason: FinishReason, usage: Usage): void {
    this.write(`finished ${reason}`);
    this.reason = reason;
    this.usage = usage;
  }

  failed(failure: Failure): void {
    this.write(`failed ${failure.code}`);
    this.failure = failure;
  }

  private piece(line: string, content: string, keep: () => void): void {
    if (content === '') throw new Error('a piece is empty');
    this.write(line);
    keep();
    this.onPiece();
  }

  private write(line: string): void {
    if (this.ended) throw new Error(`called after the end: ${line}`);
    this.lines.push(line);
  }
}
