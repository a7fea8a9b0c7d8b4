import type { Failure } from '../../contracts/failure.js';
import type { AnswerSink } from '../../contracts/model-backend.js';
import { toWireText } from '../../contracts/wire-text.js';
import type { UpstreamHeaders } from '../../infrastructure/http/upstream-client.js';
import { AnswerReader } from '../shared/answer-reader.js';
import { findErrorText } from '../shared/error-text.js';
import { reportedFailure } from '../shared/failures.js';
import { JSON_STRING_BODY } from '../shared/json-string.js';
import {
  findFrameFault,
  parseFrame,
  toFinishReason,
  toToolCall,
  toUsage,
  type InstanceFrame,
} from './frame.js';

/** A line that carries nothing but a token, and the text so far, which is not looked at. */
const PLAIN = new RegExp(
  String.raw`^data: ?\{"token": ?"(${JSON_STRING_BODY})", ?"text": ?"${JSON_STRING_BODY}"\}$`,
);

const DATA = /^data:(.*)$/s;

const ID = /^[\w.:-]{1,128}$/;

/** What an instance says while its model is being loaded, and what its caller is told. */
const NOT_LOADED = 'Model not loaded';

/** Reads the stream of `/agent/stream`. */
export class AgentInstanceAnswer extends AnswerReader {
  private generationId: string | undefined;
  private saidText = false;
  private calledTools = false;

  constructor(
    sink: AnswerSink,
    /** Called with the id of an answer that is left before its end. */
    private readonly abandoned: (id: string) => void,
  ) {
    super(sink);
  }

  override abort(): void {
    const isRunning = !this.isOver;
    super.abort();
    if (isRunning && this.generationId !== undefined) this.abandoned(this.generationId);
  }

  override head(status: number, headers: UpstreamHeaders): void {
    this.learnId(headers.get('x-generation-id'));
    super.head(status, headers);
  }

  protected override line(line: string): void {
    const [, piece] = PLAIN.exec(line) ?? [];
    if (piece !== undefined) {
      this.saidText ||= piece !== '';
      return void this.takePiece(piece);
    }
    const [, data] = DATA.exec(line) ?? [];
    // Comments, names and numbers of events; a failure may also be reported by something that knows no events.
    const json = data ?? (line.startsWith('{') ? line : '');
    if (json.trim() === '' || json.trim() === '[DONE]') return;
    const frame = parseFrame(json);
    if (frame === undefined) return this.failLine('a frame is not a JSON object', line);
    this.frame(frame, line);
  }

  protected override fail(failure: Failure): void {
    const isLoading = failure.code === 'server_busy' && isNotLoaded(failure.detail);
    super.fail(isLoading ? { ...failure, message: NOT_LOADED } : failure);
  }

  private frame(frame: InstanceFrame, line: string): void {
    this.learnId(frame.generation_id);
    if (frame.error !== undefined && frame.error !== null) return this.failReported(frame.error);
    const fault = findFrameFault(frame);
    if (fault !== undefined) return this.failShape(fault, line);
    if (frame.cancelled === true)
      return this.fail({ code: 'upstream_error', message: 'The agent cancelled its answer.' });
    if (typeof frame.reasoning === 'string' && frame.reasoning !== '')
      this.reasoning(toWireText(frame.reasoning));
    const call = toToolCall(frame.tool_call);
    if (call !== undefined) {
      this.calledTools = true;
      this.toolCall(call);
    }
    if (typeof frame.token === 'string') this.say(frame.token);
    if (frame.final === true) this.final(frame);
  }

  private final(frame: InstanceFrame): void {
    // Some models are not streamed: all they say comes with the end.
    if (!this.saidText && typeof frame.text === 'string') this.say(frame.text);
    const reason = toFinishReason(frame, this.calledTools);
    this.finish((sink) => sink.finished(reason, toUsage(frame)));
  }

  private say(text: string): void {
    if (text === '') return;
    this.saidText = true;
    this.text(toWireText(text));
  }

  private failReported(error: unknown): void {
    const text = findErrorText({ error }) ?? JSON.stringify(error);
    if (isNotLoaded(text)) this.fail({ code: 'server_busy', message: NOT_LOADED, detail: text });
    else this.fail(reportedFailure(text));
  }

  private learnId(id: unknown): void {
    if (typeof id === 'string' && ID.test(id)) this.generationId ??= id;
  }
}

const isNotLoaded = (text = ''): boolean => /\bmodel (?:is )?not (?:yet )?loaded\b/i.test(text);
