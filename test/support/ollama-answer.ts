import { fakeLogprob } from './fake-logprobs.js';

/** A call as the test writes it. */
export interface OllamaToolCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Absent in answers of older servers. */
  readonly id?: string;
  /** Its place among the calls unless given. */
  readonly index?: number;
}

/** What a fake Ollama answers: thinking first, then text, then tool calls, one line each. */
export interface OllamaAnswer {
  readonly pieces?: readonly string[];
  readonly thinking?: readonly string[];
  readonly toolCalls?: readonly OllamaToolCall[];
  /** All calls in one line instead of one line each. */
  readonly toolCallsTogether?: boolean;
  readonly doneReason?: 'stop' | 'length' | 'load' | 'unload' | '' | (string & {});
  /** 0 leaves the count out, as Ollama does. */
  readonly promptEvalCount?: number;
  readonly promptEvalCachedCount?: number;
  /** As many as there are lines unless given; 0 leaves it out. */
  readonly evalCount?: number;
  /** Ends the answer with this error: in the stream after the pieces, else as status 500. */
  readonly error?: string;
  /** In place of the model the request names. */
  readonly model?: string;
}

/** The part of `/api/chat` and `/api/generate` requests that a fake looks at. */
export interface OllamaRequest {
  readonly model?: string;
  readonly messages?: readonly unknown[];
  readonly prompt?: string;
  readonly stream?: boolean;
  readonly keep_alive?: string | number;
  readonly logprobs?: boolean;
  readonly top_logprobs?: number;
  readonly options?: { readonly num_ctx?: number };
}

export type OllamaEndpoint = 'chat' | 'generate';

interface Said {
  readonly text?: string;
  readonly thinking?: string;
  readonly toolCalls?: readonly object[];
}

/** Builds the objects of one answer, their fields in Ollama's order. */
export class OllamaAnswerBuilder {
  private readonly model: string;

  constructor(
    private readonly endpoint: OllamaEndpoint,
    private readonly request: OllamaRequest,
    private readonly answer: OllamaAnswer,
    private readonly createdAt: () => string,
  ) {
    this.model = answer.model ?? request.model ?? '';
  }

  /** The objects before the last one. */
  pieces(): object[] {
    const { thinking = [], pieces = [], toolCallsTogether = false } = this.answer;
    const calls = this.toolCalls();
    const callGroups = toolCallsTogether && calls.length > 0 ? [calls] : calls.map((call) => [call]);
    return [
      ...thinking.map((piece) => this.piece({ thinking: piece })),
      ...pieces.map((piece) => this.piece({ text: piece })),
      ...callGroups.map((group) => this.piece({ toolCalls: group })),
    ];
  }

  /** One object that is not the last. */
  piece(said: Said): object {
    return { ...this.start(said), done: false };
  }

  /** The last object of a stream, which says why it ended and what it took. */
  last(said: Said = {}): object {
    return { ...this.start(said), done: true, ...this.reason(), ...this.metrics() };
  }

  /** The one object of an answer that is not streamed. */
  whole(): object {
    const { thinking = [], pieces = [] } = this.answer;
    return this.last({ text: pieces.join(''), thinking: thinking.join(''), toolCalls: this.toolCalls() });
  }

  /** The answer to a request without input, which only loads or unloads the model. */
  loaded(reason: 'load' | 'unload'): object {
    return { ...this.start({}), done: true, done_reason: reason };
  }

  private start({ text = '', thinking, toolCalls = [] }: Said): object {
    const head = { model: this.model, created_at: this.createdAt() };
    const thought = thinking ? { thinking } : {};
    const calls = toolCalls.length > 0 ? { tool_calls: toolCalls } : {};
    const scores = this.logprobsOf(text);
    if (this.endpoint === 'generate') return { ...head, response: text, ...thought, ...scores };
    return { ...head, message: { role: 'assistant', content: text, ...thought, ...calls }, ...scores };
  }

  private logprobsOf(text: string): object {
    const { logprobs, top_logprobs: most = 0 } = this.request;
    return logprobs === true && text !== '' ? { logprobs: [fakeLogprob(text, most)] } : {};
  }

  private toolCalls(): object[] {
    return (this.answer.toolCalls ?? []).map(({ id, index, name, arguments: args }, place) => ({
      ...(id === undefined ? {} : { id }),
      function: { index: index ?? place, name, arguments: args },
    }));
  }

  private reason(): object {
    const { doneReason = 'stop' } = this.answer;
    return doneReason === '' ? {} : { done_reason: doneReason };
  }

  private metrics(): object {
    const {
      promptEvalCount = 26,
      promptEvalCachedCount = 0,
      thinking = [],
      pieces = [],
      toolCalls = [],
    } = this.answer;
    const { evalCount = thinking.length + pieces.length + toolCalls.length } = this.answer;
    return {
      total_duration: 4_648_158_584,
      load_duration: 4_071_084,
      ...(promptEvalCount === 0 ? {} : { prompt_eval_count: promptEvalCount }),
      ...(promptEvalCachedCount === 0 ? {} : { prompt_eval_cached_count: promptEvalCachedCount }),
      prompt_eval_duration: 36_539_000,
      ...(evalCount === 0 ? {} : { eval_count: evalCount }),
      eval_duration: 4_610_548_500,
    };
  }
}
