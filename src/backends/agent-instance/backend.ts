import { Injectable } from '@nestjs/common';
import { GATEWAY_PSEUDONYM } from '../../common/http/gateway-pseudonym.js';
import type { BackendSettings, UpstreamConfig } from '../../config/index.js';
import type { EmbeddingAnswer } from '../../contracts/embedding.js';
import { FailureError } from '../../contracts/failure.js';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import type {
  AnswerSink,
  BackendCall,
  BackendHealth,
  BackendModel,
  ModelBackend,
} from '../../contracts/model-backend.js';
import type { UpstreamClient } from '../../infrastructure/http/upstream-client.js';
import { createBackendClient } from '../shared/backend-client.js';
import type { BackendFactory } from '../shared/backend-factory.js';
import { probeServer } from '../shared/probe-server.js';
import { AgentInstanceAnswer } from './answer.js';
import { cancelAtInstance } from './cancel.js';
import { listInstanceModels } from './models.js';
import { toInstanceRequest } from './request.js';

/** Gives tasks to a service that runs agents of its own, such as one model with one persona, and says what it said. */
export class AgentInstanceBackend implements ModelBackend {
  readonly kind = 'agent-instance';
  readonly hasOwnSettings = true;
  readonly name: string;
  private readonly client: UpstreamClient;

  constructor(settings: BackendSettings, upstream: UpstreamConfig) {
    this.name = settings.name;
    this.client = createBackendClient(settings, upstream, {
      accept: 'text/event-stream',
      via: `1.1 ${GATEWAY_PSEUDONYM}`,
    });
  }

  generate(request: GenerationRequest, sink: AnswerSink): BackendCall {
    const answer = new AgentInstanceAnswer(sink, (id) => cancelAtInstance(this.client, id));
    answer.attach(this.client.send({ method: 'POST', ...toInstanceRequest(request, this.name) }, answer));
    return answer;
  }

  embed(): Promise<EmbeddingAnswer> {
    const message = 'An agent makes no embeddings.';
    return Promise.reject(new FailureError({ code: 'invalid_request', message }));
  }

  listModels(signal: AbortSignal): Promise<BackendModel[]> {
    return listInstanceModels(this.client, signal);
  }

  probe(signal: AbortSignal): Promise<BackendHealth> {
    return probeServer(this.client, '/health', signal);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

@Injectable()
export class AgentInstanceBackends implements BackendFactory {
  readonly kind = 'agent-instance';

  create(settings: BackendSettings, upstream: UpstreamConfig): ModelBackend {
    return new AgentInstanceBackend(settings, upstream);
  }
}
