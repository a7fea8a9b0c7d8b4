import type { Exchange } from './exchange.js';
import { fakeEmbedding } from './fake-embedding.js';
import { FakeModelServer } from './fake-model-server.js';
import type { FakeUpstreamOptions, Script } from './fake-upstream.js';
import { goFloat32, goJson, GoClock } from './go-json.js';
import {
  OllamaAnswerBuilder,
  type OllamaAnswer,
  type OllamaEndpoint,
  type OllamaRequest,
} from './ollama-answer.js';
import { DEFAULT_OLLAMA_MODELS, OllamaModels, type OllamaModel } from './ollama-models.js';
import type { RecordedRequest } from './recorded-request.js';

export interface FakeOllamaOptions extends FakeUpstreamOptions {
  /** What it has pulled; other models are answered 404. */
  readonly models?: readonly OllamaModel[] | 'any';
  readonly version?: string;
  readonly embeddingDimensions?: number;
}

const DEFAULT_ANSWER: OllamaAnswer = { pieces: ['Hello', ' from', ' the', ' fake', '.'] };

/** Speaks Ollama's own protocol as of 0.33. Scripts and answers serve `/api/chat` and `/api/generate` only. */
export class FakeOllama extends FakeModelServer {
  readonly streamHeaders = { 'Content-Type': 'application/x-ndjson' };
  readonly models: OllamaModels;
  private readonly clock = new GoClock();
  private embedding: Script | undefined;

  constructor(private readonly options: FakeOllamaOptions = {}) {
    super(options);
    this.models = new OllamaModels(options.models ?? DEFAULT_OLLAMA_MODELS);
  }

  /** Each answer serves one request, in order; the last one stays in force. A function answers by the request. */
  answer(answer: OllamaAnswer | ((request: RecordedRequest) => OllamaAnswer)): void {
    this.script((exchange) =>
      this.give(exchange, typeof answer === 'function' ? answer(exchange.request) : answer),
    );
  }

  /** Answers this exchange, streamed or whole as its request wants. For scripts. */
  async give(exchange: Exchange, answer: OllamaAnswer): Promise<void> {
    const request = requestOf(exchange);
    const builder = this.builder(exchange.request, answer);
    if (request.stream === false) {
      if (answer.error !== undefined) return this.json(exchange, 500, { error: answer.error });
      return this.whole(exchange, 200, JSON_TYPE, goJson(builder.whole()));
    }
    const lines = builder.pieces().map((piece) => [this.toWire(goJson(piece))]);
    const ending = answer.error === undefined ? builder.last() : { error: answer.error };
    await this.stream(exchange, lines, [this.toWire(goJson(ending))]);
  }

  piecePayload(request: RecordedRequest, text: string): string {
    return goJson(this.builder(request, {}).piece({ text }));
  }

  endPayloads(request: RecordedRequest): readonly string[] {
    return [goJson(this.builder(request, {}).last())];
  }

  errorPayload(message: string): string {
    return goJson({ error: message });
  }

  toWire(payload: string | Buffer): Buffer {
    return Buffer.concat([Buffer.from(payload), Buffer.from('\n')]);
  }

  protected override async handle(exchange: Exchange): Promise<void> {
    const { method, path } = exchange.request;
    switch (`${method === 'HEAD' ? 'GET' : method} ${path}`) {
      case 'POST /api/chat':
      case 'POST /api/generate':
        return this.generate(exchange);
      case 'POST /api/embed':
        return this.embedding === undefined ? this.embedAs(exchange) : this.embedding(exchange);
      case 'POST /api/embeddings':
        return this.embedOne(exchange);
      case 'GET /api/tags':
        return this.json(exchange, 200, this.models.tags());
      case 'GET /api/ps':
        return this.json(exchange, 200, this.models.running());
      case 'GET /api/version':
        return this.json(exchange, 200, { version: this.options.version ?? '0.33.3' });
      case 'GET /':
        return exchange.respond(200, TEXT, 'Ollama is running');
      default:
        return exchange.respond(404, TEXT, '404 page not found');
    }
  }

  private async generate(exchange: Exchange): Promise<void> {
    const { model, messages, prompt, keep_alive: keepAlive, options } = requestOf(exchange);
    if (exchange.request.body === undefined)
      return this.json(exchange, 400, { error: 'missing request body' });
    if (!model || !this.models.has(model)) return this.notFound(exchange, model);
    const loads = exchange.request.path === '/api/chat' ? !messages?.length : !prompt;
    const unloads = loads && keepAlive === 0;
    if (unloads) this.models.unload(model);
    else this.models.load(model, options?.num_ctx);
    if (!loads) return this.runScript(exchange, () => this.give(exchange, DEFAULT_ANSWER));
    return this.json(exchange, 200, this.builder(exchange.request, {}).loaded(unloads ? 'unload' : 'load'));
  }

  /** What `/api/embed` does in place of its own, until it is taken back. */
  embedScript(script: Script | undefined): void {
    this.embedding = script;
  }

  /** Answers this exchange as `/api/embed` does. For scripts. */
  async embedAs(exchange: Exchange): Promise<void> {
    const { model = '', input, dimensions } = (exchange.request.body ?? {}) as EmbedRequest;
    if (!this.models.has(model)) return this.notFound(exchange, model);
    const texts = typeof input === 'string' ? [input] : input;
    if (!Array.isArray(texts) || texts.some((text) => typeof text !== 'string')) {
      return this.json(exchange, 400, { error: 'invalid input type' });
    }
    const embeddings = (texts as string[]).map((text) => this.vector(text, dimensions).map(goFloat32));
    const metrics = {
      total_duration: 14_143_917,
      load_duration: 1_019_500,
      prompt_eval_count: texts.length * 4,
    };
    return this.json(exchange, 200, { model, embeddings, ...metrics });
  }

  private embedOne(exchange: Exchange): Promise<void> {
    const { model = '', prompt = '' } = requestOf(exchange);
    if (!this.models.has(model)) return this.notFound(exchange, model);
    return this.json(exchange, 200, { embedding: prompt === '' ? [] : this.vector(prompt) });
  }

  private vector(text: string, dimensions = this.options.embeddingDimensions ?? 8): number[] {
    return fakeEmbedding(text, dimensions);
  }

  private builder(request: RecordedRequest, answer: OllamaAnswer): OllamaAnswerBuilder {
    const endpoint: OllamaEndpoint = request.path === '/api/generate' ? 'generate' : 'chat';
    return new OllamaAnswerBuilder(endpoint, request.body ?? {}, answer, () => this.clock.next());
  }

  private notFound(exchange: Exchange, model = ''): Promise<void> {
    return this.json(exchange, 404, { error: `model "${model}" not found, try pulling it first` });
  }

  private json(exchange: Exchange, status: number, body: object): Promise<void> {
    return exchange.respond(status, { 'Content-Type': JSON_TYPE }, goJson(body));
  }
}

interface EmbedRequest {
  readonly model?: string;
  readonly input?: unknown;
  readonly dimensions?: number;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT = { 'Content-Type': 'text/plain; charset=utf-8' };

function requestOf(exchange: Exchange): OllamaRequest {
  return exchange.request.body ?? {};
}
