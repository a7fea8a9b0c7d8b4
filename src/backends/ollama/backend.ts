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
import { OllamaAnswer } from './answer.js';
import { embedWithOllama } from './embed.js';
import { listOllamaModels } from './models.js';
import { CHAT_LINE, GENERATE_LINE } from './plain-lines.js';
import { toOllamaRequest } from './request.js';

/** Speaks Ollama's native protocol, which unlike its OpenAI one can pin `num_ctx` and `keep_alive`. */
export class OllamaBackend implements ModelBackend {
  readonly kind = 'ollama';
  readonly name: string;
  readonly passes: ReadonlySet<string>;
  private readonly client: UpstreamClient;

  constructor(
    private readonly settings: BackendSettings,
    upstream: UpstreamConfig,
  ) {
    this.name = settings.name;
    this.passes = new Set(settings.passes);
    this.client = createBackendClient(settings, upstream);
  }

  generate(request: GenerationRequest, sink: AnswerSink): BackendCall {
    const isChat = request.input.kind === 'chat';
    const plain = isChat ? CHAT_LINE : GENERATE_LINE;
    const answer = new OllamaAnswer(sink, {
      plain,
      model: request.model,
      splitsThoughts: isChat && this.settings.keepsThinkTags !== true,
      wantsLogprobs: request.topLogprobs !== undefined,
    });
    answer.attach(this.client.send({ method: 'POST', ...toOllamaRequest(request, this.settings) }, answer));
    return answer;
  }

  embed(request: EmbeddingRequest, signal: AbortSignal): Promise<EmbeddingAnswer> {
    return embedWithOllama(this.client, request, { signal, settings: this.settings });
  }

  listModels(signal: AbortSignal): Promise<BackendModel[]> {
    return listOllamaModels(this.client, signal);
  }

  probe(signal: AbortSignal): Promise<BackendHealth> {
    return probeServer(this.client, '/api/version', signal);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

@Injectable()
export class OllamaBackends implements BackendFactory {
  readonly kind = 'ollama';

  create(settings: BackendSettings, upstream: UpstreamConfig): ModelBackend {
    return new OllamaBackend(settings, upstream);
  }
}
