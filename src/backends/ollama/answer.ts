import { toWireJson, toWireText } from '../../contracts/wire-text.js';
import type { AnswerSink } from '../../contracts/model-backend.js';
import type { Usage } from '../../contracts/usage.js';
import { AnswerReader } from '../shared/answer-reader.js';
import { reportedFailure } from '../shared/failures.js';
import { endOfJsonString, parseWireJson } from '../shared/json-string.js';
import { newToolCallId } from '../shared/tool-call-id.js';
import { mapOllamaFinishReason } from './finish-reason.js';

/** How a line that carries nothing but a piece of text is spelled by Ollama's encoder, from the end of its time on. */
export interface PlainLine {
  readonly before: string;
  readonly after: string;
}

export const CHAT_LINE: PlainLine = {
  before: '","message":{"role":"assistant","content":"',
  after: '"},"done":false}',
};
export const GENERATE_LINE: PlainLine = { before: '","response":"', after: '","done":false}' };

/** How lines of this model's answers begin, as Ollama's encoder spells most names. */
export const expectedHead = (model: string): string => `{"model":${toWireJson(model)},"created_at":"`;

/** A line's beginning up to its time, which is what differs from line to line. */
const LINE_HEAD = /^\{[^{[]*?"created_at":"/;

interface OllamaLine {
  error?: unknown;
  message?: { content?: unknown; thinking?: unknown; tool_calls?: unknown } | null;
  response?: unknown;
  thinking?: unknown;
  done?: unknown;
  done_reason?: unknown;
  prompt_eval_count?: unknown;
  prompt_eval_cached_count?: unknown;
  eval_count?: unknown;
}

interface OllamaToolCall {
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown } | null;
}

/** Reads the NDJSON answer of `/api/chat` and `/api/generate`. */
export class OllamaAnswer extends AnswerReader {
  private toolCalls = 0;

  constructor(
    sink: AnswerSink,
    private readonly plain: PlainLine,
    /** The lines' beginning up to their time. A line that begins otherwise is parsed, and shows how lines begin here. */
    private lineHead = '',
  ) {
    super(sink);
  }

  protected override line(line: string): void {
    const head = this.lineHead;
    const { before, after } = this.plain;
    // Comparing slices is twice as fast as `startsWith` for texts of this length.
    if (head === '' || line.slice(0, head.length) !== head) return this.parsedLine(line);
    const timeEnd = line.indexOf('"', head.length);
    const start = timeEnd + before.length;
    if (line.slice(timeEnd, start) !== before) return this.parsedLine(line);
    const end = endOfJsonString(line, start);
    if (end === -1 || line.slice(end) !== after) return this.parsedLine(line);
    if (end > start) this.text(line.slice(start, end));
  }

  private parsedLine(line: string): void {
    if (line === '') return;
    const parsed = parseWireJson(line) as OllamaLine | null | undefined;
    if (typeof parsed !== 'object' || parsed === null) return this.failLine('a line is not JSON', line);
    if (parsed.error !== undefined) return this.fail(reportedFailure(toText(parsed.error)));
    this.learn(line);

    const thinking = parsed.message?.thinking ?? parsed.thinking;
    if (typeof thinking === 'string' && thinking !== '') this.reasoning(toWireText(thinking));
    const content = parsed.message?.content ?? parsed.response;
    if (typeof content === 'string' && content !== '') this.text(toWireText(content));
    const calls = parsed.message?.tool_calls;
    if (Array.isArray(calls))
      for (const call of calls as (OllamaToolCall | null)[]) this.callWhole(call ?? {});
    if (parsed.done === true) {
      const reason = mapOllamaFinishReason(parsed.done_reason, this.toolCalls > 0);
      this.finish((sink) => sink.finished(reason, toUsage(parsed)));
    }
  }

  private learn(line: string): void {
    const found = LINE_HEAD.exec(line)?.[0];
    // A slice keeps alive what it was cut from.
    if (found !== undefined && found !== this.lineHead)
      this.lineHead = Buffer.from(found, 'latin1').toString('latin1');
  }

  /** Ollama sends whole calls with an object as arguments, often without an id, and may repeat index 0. */
  private callWhole({ id, function: called }: OllamaToolCall): void {
    if (typeof called?.name !== 'string') return;
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

const toCount = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) ? (value as number) : undefined;

const toText = (error: unknown): string => (typeof error === 'string' ? error : JSON.stringify(error));
