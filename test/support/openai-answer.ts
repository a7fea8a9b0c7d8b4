import { fakeCompletionLogprobs, fakeLogprob } from './fake-logprobs.js';
import type { OpenAiDialect } from './openai-dialect.js';

/** A call as the test writes it. */
export interface OpenAiToolCall {
  readonly id: string;
  readonly name: string;
  /** The JSON text the model wrote, right or wrong. */
  readonly arguments: string;
  /** What a server says of it besides. */
  readonly extra_content?: object;
}

/** What a fake OpenAI-compatible server answers: reasoning first, then text, then tool calls. */
export interface OpenAiAnswer {
  readonly pieces?: readonly string[];
  readonly reasoning?: readonly string[];
  /** In place of text. */
  readonly refusal?: readonly string[];
  readonly toolCalls?: readonly OpenAiToolCall[];
  /** `tool_calls` when there are any and `stop` otherwise, unless given. */
  readonly finishReason?: string;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
  readonly cachedTokens?: number;
  /** Ends the answer with this error: in the stream after the pieces, else as status 500. */
  readonly error?: string;
  readonly model?: string;
}

/** The part of a request that a fake looks at. */
export interface OpenAiRequest {
  readonly model?: string;
  readonly stream?: boolean;
  readonly stream_options?: { readonly include_usage?: boolean };
  /** A number in completions of a prompt. */
  readonly logprobs?: boolean | number;
  readonly top_logprobs?: number;
}

export type OpenAiEndpoint = 'chat' | 'completions';

type Delta = Readonly<Record<string, unknown>>;

/** Builds the objects of one answer in a server's dialect. */
export class OpenAiAnswerBuilder {
  constructor(
    private readonly endpoint: OpenAiEndpoint,
    private readonly request: OpenAiRequest,
    private readonly answer: OpenAiAnswer,
    private readonly dialect: OpenAiDialect,
    private readonly serial: number,
  ) {}

  /** The chunks of a stream: a group for each piece, and what comes after the last. */
  chunks(): { pieces: object[][]; ending: object[] } {
    const { role, roleContent, finish } = this.dialect;
    const deltas = this.deltas();
    const finishesWithPiece = finish === 'last-piece' && deltas.length > 0 && this.answer.error === undefined;
    const pieces = deltas.map((delta, index) => {
      const says = role === 'every-chunk' || (role === 'first-piece' && index === 0);
      const last = finishesWithPiece && index === deltas.length - 1;
      return [
        this.chunk(says ? { role: 'assistant', ...delta } : delta, last ? this.finishReason : null, last),
      ];
    });
    if (role === 'own-chunk' && this.endpoint === 'chat') {
      pieces[0] = [this.chunk({ role: 'assistant', content: roleContent }), ...(pieces[0] ?? [])];
    }
    return { pieces, ending: this.answer.error === undefined ? this.ending(finishesWithPiece) : [] };
  }

  /** One chunk of a stream. */
  chunk(delta: Delta, finishReason: string | null = null, isLast = finishReason !== null): object {
    const said = this.endpoint === 'chat' ? { delta } : { text: delta.content ?? '' };
    const { content } = delta;
    const logprobs = typeof content === 'string' && content !== '' ? this.logprobsOf([content]) : null;
    return {
      ...this.start('chat.completion.chunk'),
      choices: [{ index: 0, ...said, logprobs, finish_reason: finishReason }],
      ...this.usageOf(isLast),
      ...(this.dialect.obfuscation ? { obfuscation: 'x7Qd2' } : {}),
    };
  }

  /** The one object of an answer that is not streamed. */
  whole(): object {
    const { pieces = [], reasoning = [] } = this.answer;
    const text = pieces.join('');
    const calls = this.toolCallDeltas(true).flatMap((delta) => delta.tool_calls as object[]);
    const message = {
      role: 'assistant',
      content: calls.length > 0 && text === '' ? null : text,
      ...(reasoning.length > 0 ? { [this.dialect.reasoningField]: reasoning.join('') } : {}),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    };
    const said = this.endpoint === 'chat' ? { message } : { text };
    const choice = { index: 0, ...said, logprobs: this.logprobsOf(pieces), finish_reason: this.finishReason };
    return { ...this.start('chat.completion'), choices: [choice], usage: this.usage };
  }

  private logprobsOf(pieces: readonly string[]): object | null {
    const { logprobs, top_logprobs: most = 0 } = this.request;
    if (typeof logprobs === 'number') return fakeCompletionLogprobs(pieces.join(''), logprobs);
    return logprobs === true
      ? { content: pieces.map((piece) => fakeLogprob(piece, most)), refusal: null }
      : null;
  }

  private ending(finished: boolean): object[] {
    const finish = finished
      ? []
      : [this.chunk(this.dialect.role === 'every-chunk' ? { role: 'assistant' } : {}, this.finishReason)];
    const usage = { ...this.start('chat.completion.chunk'), choices: [], usage: this.usage };
    return [...finish, ...(this.dialect.usage === 'own-chunk' && this.mayUsage ? [usage] : [])];
  }

  private deltas(): Delta[] {
    const { reasoning = [], refusal = [], pieces = [] } = this.answer;
    return [
      ...reasoning.map((piece) => ({ [this.dialect.reasoningField]: piece })),
      ...refusal.map((piece) => ({ refusal: piece })),
      ...pieces.map((piece) => ({ content: piece })),
      ...this.toolCallDeltas(this.dialect.toolCalls === 'whole'),
    ];
  }

  private toolCallDeltas(whole: boolean): Delta[] {
    return (this.answer.toolCalls ?? []).flatMap(({ id, name, arguments: text, extra_content }, place) => {
      const index = this.dialect.toolCallIndex ? { index: place } : {};
      const called = { name, arguments: whole ? text : '' };
      const first = { ...index, id, type: 'function', function: called, extra_content };
      const half = Math.ceil(text.length / 2);
      const rest = whole ? [] : [text.slice(0, half), text.slice(half)].filter((part) => part !== '');
      return [first, ...rest.map((part) => ({ ...index, function: { arguments: part } }))].map((call) => ({
        tool_calls: [call],
      }));
    });
  }

  private start(chatObject: string): object {
    const chat = this.endpoint === 'chat';
    return {
      id: `${chat ? 'chatcmpl' : 'cmpl'}-fake${this.serial}`,
      object: chat ? chatObject : 'text_completion',
      created: 1_767_323_045 + this.serial,
      model: this.answer.model ?? this.request.model ?? '',
      system_fingerprint: 'fp_fake',
    };
  }

  private usageOf(isLast: boolean): object {
    const { usage, usageNull } = this.dialect;
    if (!this.mayUsage) return {};
    if (usage === 'every-chunk' || (usage === 'last-chunk' && isLast)) return { usage: this.usage };
    return usageNull ? { usage: null } : {};
  }

  private get finishReason(): string {
    return this.answer.finishReason ?? (this.answer.toolCalls?.length ? 'tool_calls' : 'stop');
  }

  private get mayUsage(): boolean {
    return !this.dialect.usageOnlyAsked || this.request.stream_options?.include_usage === true;
  }

  private get usage(): object {
    const { promptTokens = 9, cachedTokens, reasoning = [], pieces = [] } = this.answer;
    const { completionTokens = reasoning.length + pieces.length } = this.answer;
    return {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
      ...(cachedTokens === undefined ? {} : { prompt_tokens_details: { cached_tokens: cachedTokens } }),
    };
  }
}
