import { Injectable } from '@nestjs/common';
import type { BackendSettings, UpstreamConfig } from '../../config/index.js';
import type { EmbeddingAnswer, EmbeddingRequest } from '../../contracts/embedding.js';
import type {
  AnswerSink,
  BackendCall,
  BackendHealth,
  BackendModel,
  ModelBackend,
} from '../../contracts/model-backend.js';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import type { BackendFactory } from '../shared/backend-factory.js';
import { readJson } from '../shared/read-json.js';
import { OpenAiAnswer } from './answer.js';
import { embedWithOpenAi } from './embed.js';
import { listOpenAiModels } from './models.js';
import { toOpenAiRequest, toRequestDialect, type RequestDialect } from './request.js';

/** Speaks OpenAI's protocol to any server that does: OpenAI, vLLM, llama.cpp, LM Studio, Gemini. */
export class OpenAiBackend implements ModelBackend {
  readonly kind = 'openai';
  readonly name: string;
  private readonly client: UpstreamClient;
  private readonly dialect: RequestDialect;

  constructor(settings: BackendSettings, upstream: UpstreamConfig) {
    this.name = settings.name;
    this.dialect = toRequestDialect(settings.url);
    this.client = new UpstreamClient({
      baseUrl: settings.url,
      connectTimeoutMs: upstream.connectTimeoutMs,
      keptConnections: upstream.keptConnections,
      headers: {
        'content-type': 'application/json',
        ...(settings.apiKey === undefined ? {} : { authorization: `Bearer ${settings.apiKey}` }),
      },
    });
  }

  generate(request: GenerationRequest, sink: AnswerSink): BackendCall {
    const answer = new OpenAiAnswer(sink);
    answer.attach(this.client.send({ method: 'POST', ...toOpenAiRequest(request, this.dialect) }, answer));
    return answer;
  }

  embed(request: EmbeddingRequest, signal: AbortSignal): Promise<EmbeddingAnswer> {
    return embedWithOpenAi(this.client, request, signal);
  }

  listModels(signal: AbortSignal): Promise<BackendModel[]> {
    return listOpenAiModels(this.client, signal);
  }

  /** Asks for the list of models: the one cheap thing that every such server answers. None says its version. */
  async probe(signal: AbortSignal): Promise<BackendHealth> {
    try {
      await readJson(this.client, '/models', signal);
      return { reachable: true };
    } catch (error) {
      return { reachable: false, error: (error as Error).message };
    }
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

@Injectable()
export class OpenAiBackends implements BackendFactory {
  readonly kind = 'openai';

  create(settings: BackendSettings, upstream: UpstreamConfig): ModelBackend {
    return new OpenAiBackend(settings, upstream);
  }
}
