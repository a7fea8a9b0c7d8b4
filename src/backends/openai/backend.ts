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
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { createBackendClient } from '../shared/backend-client.js';
import type { BackendFactory } from '../shared/backend-factory.js';
import { probeServer } from '../shared/probe-server.js';
import { OpenAiAnswer } from './answer.js';
import { embedWithOpenAi } from './embed.js';
import { listOpenAiModels } from './models.js';
import { toOpenAiRequest } from './request.js';
import { toRequestDialect, withheldBy, type RequestDialect } from './request-dialect.js';

/** Speaks OpenAI's protocol to any server that does: OpenAI, vLLM, llama.cpp, LM Studio, Gemini. */
export class OpenAiBackend implements ModelBackend {
  readonly kind = 'openai';
  readonly name: string;
  readonly withholds: ReadonlySet<string>;
  readonly passes: ReadonlySet<string>;
  private readonly client: UpstreamClient;
  private readonly dialect: RequestDialect;

  constructor(
    private readonly settings: BackendSettings,
    upstream: UpstreamConfig,
  ) {
    this.name = settings.name;
    this.dialect = toRequestDialect(settings.url, settings);
    this.withholds = withheldBy(this.dialect);
    this.passes = new Set(this.dialect.passes);
    this.client = createBackendClient(settings, upstream);
  }

  generate(request: GenerationRequest, sink: AnswerSink): BackendCall {
    const answer = new OpenAiAnswer(sink, {
      splitsThoughts: request.input.kind === 'chat' && this.settings.keepsThinkTags !== true,
      wantsLogprobs: request.topLogprobs !== undefined,
    });
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
  probe(signal: AbortSignal): Promise<BackendHealth> {
    return probeServer(this.client, '/models', signal);
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
