import { toWireText } from '../../contracts/wire-text.js';
import type { AnswerSink } from '../../contracts/model-backend.js';
import type { Usage } from '../../contracts/usage.js';
import { AnswerReader } from '../shared/answer-reader.js';
import { reportedFailure } from '../shared/failures.js';
import { parseWireJson } from '../shared/json-string.js';
import { readLogprobs } from '../shared/read-logprobs.js';
import { toCount } from '../shared/to-count.js';
import { newToolCallId } from '../shared/tool-call-id.js';
import { mapOllamaFinishReason } from './finish-reason.js';
import { findLineFault, toolCallsOf, type OllamaLine, type OllamaToolCall } from './line.js';
import { expectedHead, PlainLines, type PlainLine } from './plain-lines.js';

interface OllamaAnswerOptions {
  /** How lines read that carry nothing but a piece of text. */
  readonly plain: PlainLine;
  readonly model: string;
  readonly splitsThoughts?: boolean;
  /** Whether the log probabilities of its tokens were asked for. */
  readonly wantsLogprobs?: boolean;
}

/** Reads the NDJSON answer of `/api/chat` and `/api/generate`. */
export class OllamaAnswer extends AnswerReader {
  private toolCalls = 0;
  private readonly plain: PlainLine;
  /** A line that is not plain is parsed, and shows how lines begin here. */
  private plainLines: PlainLines;
  private readonly wantsLogprobs: boolean;

  constructor(sink: AnswerSink, { plain, model, splitsThoughts, wantsLogprobs }: OllamaAnswerOptions) {
    super(sink, splitsThoughts);
    this.plain = plain;
    this.wantsLogprobs = wantsLogprobs === true;
    this.plainLines = PlainLines.for(plain, expectedHead(model));
  }

  protected override takePlain(text: string, start: number): number {
    return this.plainLines.read(text, start, this.takePiece);
  }

  protected override line(line: string): void {
    if (line === '') return;
    const parsed = parseWireJson(line) as OllamaLine | null | undefined;
    if (typeof parsed !== 'object' || parsed === null) return this.failLine('a line is not JSON', line);
    if (parsed.error) return this.fail(reportedFailure(toText(parsed.error)));
    const fault = findLineFault(parsed);
    if (fault !== undefined) return this.failShape(fault, line);
    this.learn(line);

    const thinking = parsed.message?.thinking ?? parsed.thinking;
    if (typeof thinking === 'string' && thinking !== '') this.reasoning(toWireText(thinking));
    else if (this.wantsLogprobs && toolCallsOf(parsed).length === 0) this.scoreLine(parsed);
    const content = parsed.message?.content ?? parsed.response;
    if (typeof content === 'string' && content !== '') this.text(toWireText(content));
    for (const call of toolCallsOf(parsed)) this.callWhole(call);
    if (parsed.done === true) {
      const reason = mapOllamaFinishReason(parsed.done_reason, this.toolCalls > 0);
      this.finish((sink) => sink.finished(reason, toUsage(parsed)));
    }
  }

  private scoreLine({ logprobs }: OllamaLine): void {
    const read = readLogprobs(logprobs);
    if (read !== undefined) this.score(read);
  }

  private learn(line: string): void {
    const head = PlainLines.headOf(line);
    if (head !== undefined) this.plainLines = PlainLines.for(this.plain, head);
  }

  /** Ollama sends whole calls with an object as arguments, often without an id, and may repeat index 0. */
  private callWhole({ id, function: called }: OllamaToolCall): void {
    this.toolCall({
      index: this.toolCalls++,
      id: typeof id === 'string' && id !== '' ? id : newToolCallId(),
      name: called.name,
      arguments:
        typeof called.arguments === 'string' ? called.arguments : JSON.stringify(called.arguments ?? {}),
    });
  }
}

/** Ollama leaves out a count of zero, and at times others: absent means unknown. */
function toUsage(line: OllamaLine): Usage {
  return {
    promptTokens: toCount(line.prompt_eval_count),
    completionTokens: toCount(line.eval_count),
    cachedTokens: toCount(line.prompt_eval_cached_count),
  };
}

const toText = (error: unknown): string => (typeof error === 'string' ? error : JSON.stringify(error));
