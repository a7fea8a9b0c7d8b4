import type { Failure } from '../../contracts/failure.js';
import { joinLogprobs, type Logprobs } from '../../contracts/logprobs.js';
import type { AnswerSink, BackendCall, ToolCallDelta } from '../../contracts/model-backend.js';
import type { WireText } from '../../contracts/wire-text.js';
import type {
  UpstreamCall,
  UpstreamHandler,
  UpstreamHeaders,
} from '../../infrastructure/http/upstream-client.js';
import type { UpstreamFault } from '../../infrastructure/http/upstream-fault.js';
import { endedEarly, fromFault, fromStatus, protocolFailure } from './failures.js';
import { LineSplitter } from './line-splitter.js';
import { ThinkTags } from './think-tags.js';

/** Of an error's body no more than this is read. */
const MAX_ERROR_BYTES = 64 * 1024;

/** How long a body may go on after the answer's end was said. A connection whose body ends in time is used again. */
const LINGER_MS = 1000;

interface ErrorHead {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly readable: boolean;
}

/**
 * Reads one streamed answer made of lines, and is the call that can be aborted and paused. What all line protocols
 * share is here: statuses, broken connections, lines that are none, an end that was never said. A vendor adds how its
 * lines read.
 */
export abstract class AnswerReader implements UpstreamHandler, BackendCall {
  /** Whether a piece of the answer has reached the sink. */
  private started = false;
  private ended = false;
  private bodyIsOver = false;
  private call: UpstreamCall | undefined;
  private linger: NodeJS.Timeout | undefined;
  private readonly lines = new LineSplitter({
    plain: (text, start) => this.takePlain(text, start),
    line: (line) => {
      this.line(line);
      return !this.ended;
    },
  });
  private errorHead: ErrorHead | undefined;
  private errorBody = '';
  private thinkTags: ThinkTags | undefined;
  /** Of tokens whose text has not been told yet. */
  private scores: Logprobs | undefined;

  constructor(
    private readonly sink: AnswerSink,
    /** Whether a thought may stand in the text that comes, between `<think>` tags. */
    private awaitsTags = false,
  ) {}

  /** Whether its end was said, or is not awaited any more. */
  protected get isOver(): boolean {
    return this.ended;
  }

  /** A vendor's faster way with lines that carry nothing but a piece of text. As `LineListener.plain`. */
  protected takePlain(_text: string, start: number): number {
    return start;
  }

  /** Takes a piece of text, also an empty one. False when no more is wanted. */
  protected readonly takePiece = (piece: WireText): boolean => {
    if (piece !== '') this.text(piece);
    return !this.ended;
  };

  /** One line of the answer, as latin1 characters of its bytes. */
  protected abstract line(line: string): void;

  /** Called when the body is complete and no end was said; a vendor for whom that can be proper says so here. */
  protected bodyEnded(): void {
    this.failEarly();
  }

  /** The connection to close when the answer turns out to be broken. */
  attach(call: UpstreamCall): void {
    if (this.ended) call.abort();
    else this.call = call;
  }

  abort(): void {
    if (this.ended) return;
    // Lines that were read together with the one the caller looks at now are dropped.
    this.ended = true;
    this.call?.abort();
  }

  pause(): void {
    if (!this.ended) this.call?.pause();
  }

  resume(): void {
    if (!this.ended) this.call?.resume();
  }

  head(status: number, headers: UpstreamHeaders): void {
    const encoding = headers.get('content-encoding') ?? 'identity';
    const readable = encoding === 'identity';
    if (status !== 200) this.errorHead = { status, retryAfter: headers.get('retry-after'), readable };
    else if (!readable) this.fail(protocolFailure(`its answer is compressed (${encoding})`));
  }

  data(chunk: Buffer): void {
    if (this.ended) return;
    if (this.errorHead !== undefined) return this.errorData(this.errorHead, chunk);
    const wrong = this.lines.push(chunk);
    if (wrong !== undefined) this.fail(protocolFailure(wrong));
  }

  end(): void {
    this.letGo();
    if (this.ended) return;
    if (this.errorHead !== undefined) return this.failByStatus(this.errorHead);
    // A last line that cannot be read was cut off.
    if (this.lines.end() !== undefined) return this.failEarly();
    if (!this.ended) this.bodyEnded();
  }

  fault(fault: UpstreamFault): void {
    this.letGo();
    if (this.errorHead !== undefined) this.failByStatus(this.errorHead);
    else this.fail(fromFault(fault, this.started));
  }

  /** The log probabilities of the tokens of the text that comes next. */
  protected score(logprobs: Logprobs): void {
    this.scores = this.scores === undefined ? logprobs : joinLogprobs(this.scores, logprobs);
  }

  // One line may say several things, and the sink may abort at the first of them.

  protected text(piece: WireText): void {
    if (this.ended) return;
    this.started = true;
    if (this.awaitsTags) this.awaitsTags = this.takeTagged(piece);
    else this.tell(piece);
  }

  /** False when no more tags are awaited. Few answers begin like one. */
  private takeTagged(piece: WireText): boolean {
    if (this.thinkTags === undefined && !ThinkTags.mayBegin(piece)) {
      this.tell(piece);
      return false;
    }
    this.thinkTags ??= new ThinkTags({
      text: (said) => {
        if (!this.ended) this.tell(said);
      },
      reasoning: (thought) => this.hear((sink) => sink.reasoning(thought)),
    });
    const awaitsMore = this.thinkTags.take(piece);
    // Neither tags nor thoughts are of the text.
    if (this.thinkTags.isThinking) this.scores = undefined;
    return awaitsMore;
  }

  private tell(piece: WireText): void {
    const { scores } = this;
    if (scores === undefined) return this.sink.text(piece);
    this.scores = undefined;
    this.sink.scoredText(piece, scores);
  }

  protected reasoning(piece: WireText): void {
    this.thinkTags?.flush();
    this.scores = undefined;
    this.hear((sink) => sink.reasoning(piece));
  }

  protected refusal(piece: WireText): void {
    this.thinkTags?.flush();
    this.hear((sink) => sink.refusal(piece));
  }

  protected toolCall(delta: ToolCallDelta): void {
    this.thinkTags?.flush();
    this.hear((sink) => sink.toolCall(delta));
  }

  private hear(tell: (sink: AnswerSink) => void): void {
    if (this.ended) return;
    this.started = true;
    tell(this.sink);
  }

  /** The answer is over; what still arrives is not looked at. */
  protected finish(tell: (sink: AnswerSink) => void): void {
    this.thinkTags?.flush();
    if (this.ended) return;
    this.ended = true;
    this.awaitBodyEnd();
    tell(this.sink);
  }

  protected fail(failure: Failure): void {
    this.thinkTags?.flush();
    if (this.ended) return;
    this.ended = true;
    this.call?.abort();
    this.sink.failed(failure);
  }

  /** The answer ended without saying so. */
  protected failEarly(): void {
    this.fail(endedEarly(this.started));
  }

  /** A line does not read as the protocol's. When no line end came after it, it was cut off. */
  protected failLine(what: string, line: string): void {
    if (this.bodyIsOver) this.failEarly();
    else this.failShape(what, line);
  }

  /** A line is whole, and its JSON is not the protocol's. */
  protected failShape(what: string, line?: string): void {
    this.fail(protocolFailure(what, line?.slice(0, 200)));
  }

  /** A paused body would never end, and one that does not end must not hold its connection. */
  private awaitBodyEnd(): void {
    const call = this.call;
    if (call === undefined || this.bodyIsOver) return;
    call.resume();
    this.linger = setTimeout(() => call.abort(), LINGER_MS).unref();
  }

  private letGo(): void {
    this.bodyIsOver = true;
    this.call = undefined;
    clearTimeout(this.linger);
  }

  private errorData(head: ErrorHead, chunk: Buffer): void {
    if (head.readable) this.errorBody += chunk.toString('latin1');
    if (!head.readable || this.errorBody.length > MAX_ERROR_BYTES) this.failByStatus(head);
  }

  private failByStatus({ status, retryAfter }: ErrorHead): void {
    this.fail(fromStatus(status, this.errorBody, retryAfter));
  }
}
