import { toWireText, type WireText } from '../../contracts/wire-text.js';
import type { AnswerSink } from '../../contracts/model-backend.js';
import type { Usage } from '../../contracts/usage.js';
import type { UpstreamFault } from '../../infrastructure/http/upstream-fault.js';
import { protocolFailure } from '../shared/failures.js';
import {
  findChoice,
  findError,
  findOnlyPiece,
  isObject,
  toFinishReason,
  toPieces,
  toToolCalls,
  type OpenAiChunk,
  type Piece,
} from './chunk.js';
import { findChunkFault } from './chunk-fault.js';
import { EventReader } from './event-reader.js';
import { isFailedFinish, mapOpenAiFinishReason } from './finish-reason.js';
import { findLogprobs } from './logprobs.js';
import { PlainChunk } from './plain-chunk.js';
import { ToolCallPieces, type OpenAiToolCall } from './tool-calls.js';
import { toUsage } from './usage.js';

/** After so many spellings that served no second event, a stream's events are all parsed. */
const MAX_VAIN_SPELLINGS = 8;

interface OpenAiAnswerOptions {
  readonly splitsThoughts?: boolean;
  /** Whether the log probabilities of its tokens were asked for. */
  readonly wantsLogprobs?: boolean;
}

/** Reads the answer of `/chat/completions` and `/completions`. */
export class OpenAiAnswer extends EventReader {
  private plain: PlainChunk | undefined;
  private vainSpellings = 0;
  private readonly toolCalls = new ToolCallPieces();
  private finishReason: string | undefined;
  private usage: Usage = {};
  private readonly wantsLogprobs: boolean;

  constructor(sink: AnswerSink, { splitsThoughts, wantsLogprobs = false }: OpenAiAnswerOptions = {}) {
    super(sink, splitsThoughts);
    this.wantsLogprobs = wantsLogprobs;
  }

  protected override line(line: string): void {
    const plain = this.plain;
    const end = plain === undefined ? -1 : plain.endOfPiece(line);
    // An event without the piece may mean another one that it stood before.
    if (plain === undefined || end <= plain.start) return super.line(line);
    this.piece(plain.kind, line.slice(plain.start, end));
  }

  /** What breaks after the finish reason takes nothing from the answer. */
  override fault(fault: UpstreamFault): void {
    if (fault.kind === 'broken' && this.finishReason !== undefined) this.end();
    else super.fault(fault);
  }

  protected override event(chunk: OpenAiChunk, line?: string): void {
    const error = findError(chunk);
    if (error !== undefined) return this.failReported(error);
    const fault = findChunkFault(chunk);
    if (fault !== undefined) return this.failShape(fault, line);
    if (isObject(chunk.usage)) this.usage = toUsage(chunk.usage, this.usage);
    const choice = findChoice(chunk);
    if (choice === undefined) return;
    const pieces = toPieces(choice);
    const calls = toToolCalls(choice);
    const logprobs = this.wantsLogprobs ? findLogprobs(choice) : undefined;
    // Those of a part of a character come before its text.
    const areOfText = calls.length === 0 && pieces.every(({ kind }) => kind === 'text');
    if (logprobs !== undefined && areOfText) this.score(logprobs);
    for (const { kind, text } of pieces) this.piece(kind, toWireText(text));
    for (const call of calls) this.callPiece(call);
    this.finishReason = toFinishReason(choice) ?? this.finishReason;
    if (line !== undefined && logprobs === undefined) this.learn(chunk, line);
  }

  /** The usage comes after the finish reason, so that only here both are known. `[DONE]` alone ends nothing. */
  protected override streamEnded(): void {
    const reason = this.finishReason;
    if (reason === undefined) return this.failEarly();
    if (isFailedFinish(reason)) return this.failReported(`the finish reason is ${reason}`);
    const mapped = mapOpenAiFinishReason(reason, this.toolCalls.count > 0);
    if (mapped === 'tool_calls') for (const rest of this.toolCalls.missing()) this.toolCall(rest);
    this.finish((sink) => sink.finished(mapped, this.usage));
  }

  private piece(kind: Piece['kind'], text: WireText): void {
    if (kind === 'text') this.text(text);
    else if (kind === 'reasoning') this.reasoning(text);
    else this.refusal(text);
  }

  private callPiece(call: OpenAiToolCall): void {
    const delta = this.toolCalls.next(call);
    if (delta === 'orphan') this.fail(protocolFailure('a tool call has no name'));
    else if (delta !== undefined) this.toolCall(delta);
  }

  private learn(chunk: OpenAiChunk, line: string): void {
    if (this.vainSpellings === MAX_VAIN_SPELLINGS) return;
    const piece = findOnlyPiece(chunk);
    if (piece === undefined) return;
    const learned = PlainChunk.learn(line, piece);
    if (learned === undefined || this.plain?.hits === 0) this.vainSpellings += 1;
    this.plain = learned ?? this.plain;
  }
}
