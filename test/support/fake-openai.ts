import type { Exchange } from './exchange.js';
import { FakeModelServer } from './fake-model-server.js';
import type { FakeUpstreamOptions } from './fake-upstream.js';
import { OpenAiAnswerBuilder, type OpenAiAnswer, type OpenAiRequest } from './openai-answer.js';
import { DIALECTS, type OpenAiDialect } from './openai-dialect.js';
import type { RecordedRequest } from './recorded-request.js';

export interface FakeOpenAiOptions extends FakeUpstreamOptions {
  /** What it serves; other models are answered 404. */
  readonly models?: readonly string[] | 'any';
  /** Requests without this bearer token are answered 401. */
  readonly apiKey?: string;
  readonly dialect?: OpenAiDialect;
  /** Path before `/chat/completions`. */
  readonly prefix?: string;
}

const DEFAULT_MODELS = ['fake-model', 'org/fake-model:1'];
const DEFAULT_ANSWER: OpenAiAnswer = { pieces: ['Hello', ' from', ' the', ' fake', '.'] };

/** An OpenAI-compatible server. Scripts and answers serve chat and text completions only. */
export class FakeOpenAi extends FakeModelServer {
  readonly streamHeaders = {
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Cache-Control': 'no-cache',
  };
  /** How it differs from others, from the next request on. */
  dialect: OpenAiDialect;
  private readonly serials = new Map<RecordedRequest, number>();

  constructor(private readonly options: FakeOpenAiOptions = {}) {
    super(options);
    this.dialect = options.dialect ?? DIALECTS.openai;
  }

  /** Each answer serves one request, in order; the last one stays in force. A function answers by the request. */
  answer(answer: OpenAiAnswer | ((request: RecordedRequest) => OpenAiAnswer)): void {
    this.script((exchange) =>
      this.give(exchange, typeof answer === 'function' ? answer(exchange.request) : answer),
    );
  }

  /** Answers this exchange, streamed or whole as its request wants. For scripts. */
  async give(exchange: Exchange, answer: OpenAiAnswer): Promise<void> {
    const builder = this.builder(exchange.request, answer);
    if (requestOf(exchange.request).stream !== true) {
      if (answer.error !== undefined) return this.fail(exchange, 500, answer.error);
      return this.whole(exchange, 200, 'application/json', JSON.stringify(builder.whole()));
    }
    const { pieces, ending } = builder.chunks();
    const events = pieces.map((group) =>
      this.withComment(group.map((chunk) => this.toWire(JSON.stringify(chunk)))),
    );
    await this.stream(exchange, events, this.ending(ending, answer.error));
  }

  piecePayload(request: RecordedRequest, text: string): string {
    return JSON.stringify(this.builder(request, {}).chunk({ content: text }));
  }

  endPayloads(request: RecordedRequest): readonly string[] {
    const { ending } = this.builder(request, {}).chunks();
    return [...ending.map((chunk) => JSON.stringify(chunk)), '[DONE]'];
  }

  errorPayload(message: string, status: number): string {
    return JSON.stringify({ error: { message, type: 'api_error', param: null, code: status } });
  }

  toWire(payload: string | Buffer): Buffer {
    const { lineEnd, spaceAfterColon } = this.dialect;
    const field = spaceAfterColon ? 'data: ' : 'data:';
    return Buffer.concat([Buffer.from(field), Buffer.from(payload), Buffer.from(lineEnd.repeat(2))]);
  }

  protected override handle(exchange: Exchange): Promise<void> | void {
    const { prefix = '/v1', apiKey } = this.options;
    const { method, path, headers } = exchange.request;
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) {
      return this.fail(exchange, 401, 'Incorrect API key provided.');
    }
    if (method === 'POST' && (path === `${prefix}/chat/completions` || path === `${prefix}/completions`)) {
      const { model = '' } = requestOf(exchange.request);
      if (!this.serves(model)) return this.fail(exchange, 404, `The model '${model}' does not exist`);
      return this.runScript(exchange, () => this.give(exchange, DEFAULT_ANSWER));
    }
    if (method === 'GET' && path === `${prefix}/models`) return this.listModels(exchange);
    return this.fail(exchange, 404, `Invalid URL (${method} ${path})`);
  }

  private serves(model: string): boolean {
    const { models = DEFAULT_MODELS } = this.options;
    return models === 'any' || models.includes(model);
  }

  private listModels(exchange: Exchange): Promise<void> {
    const { models = DEFAULT_MODELS } = this.options;
    const ids = models === 'any' ? DEFAULT_MODELS : models;
    const data = ids.map((id) => ({ id, object: 'model', created: 1_767_323_045, owned_by: 'fake' }));
    return exchange.respond(200, JSON_TYPE, JSON.stringify({ object: 'list', data }));
  }

  private ending(chunks: readonly object[], error: string | undefined): Buffer[] {
    const { done, doneAfterError } = this.dialect;
    const payloads = chunks.map((chunk) => JSON.stringify(chunk));
    if (error !== undefined) payloads.push(this.errorPayload(error, 500));
    if (error === undefined ? done : doneAfterError) payloads.push('[DONE]');
    return payloads.map((payload) => this.toWire(payload));
  }

  private withComment(events: readonly Buffer[]): readonly Buffer[] {
    return this.dialect.comments
      ? [Buffer.from(`: PROCESSING${this.dialect.lineEnd.repeat(2)}`), ...events]
      : events;
  }

  private builder(request: RecordedRequest, answer: OpenAiAnswer): OpenAiAnswerBuilder {
    const serial = this.serials.get(request) ?? this.serials.size + 1;
    this.serials.set(request, serial);
    const endpoint = request.path.endsWith('/chat/completions') ? 'chat' : 'completions';
    return new OpenAiAnswerBuilder(endpoint, requestOf(request), answer, this.dialect, serial);
  }

  private fail(exchange: Exchange, status: number, message: string): Promise<void> {
    return exchange.respond(status, JSON_TYPE, this.errorPayload(message, status));
  }
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

function requestOf(request: RecordedRequest): OpenAiRequest {
  return request.body ?? {};
}
