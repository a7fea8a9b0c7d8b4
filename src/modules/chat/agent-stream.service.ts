import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { requireObject, RequestValidationPipe } from '../../common/validation/request-validation.pipe.js';
import type { AgentSettings } from '../../config/index.js';
import { AgentRegistry, ProfileRegistry } from '../agents/index.js';
import type { CallBody, Exchange } from './call.js';
import { ChatService } from './chat.service.js';
import { CreateChatCompletionDto } from './dto/create-chat-completion.dto.js';
import { CreateCompletionDto } from './dto/create-completion.dto.js';

const DEFAULT_TYPE = 'generic';

/** The stream for any agent type: a profile's name or an agent's key. */
@Injectable()
export class AgentStreamService {
  private readonly validation = new RequestValidationPipe();

  constructor(
    @Inject(ChatService) private readonly chat: ChatService,
    @Inject(AgentRegistry) private readonly agents: AgentRegistry,
    @Inject(ProfileRegistry) private readonly profiles: ProfileRegistry,
  ) {}

  answer(sent: unknown, exchange: Exchange): Promise<void> {
    const body = requireObject(sent);
    const { agent_type: byName, type: byShortName } = exchange.request.query as Record<string, unknown>;
    const inBody = body as { agent_type?: unknown; type?: unknown };
    const { profile, agent } = this.resolve(
      byName ?? byShortName ?? inBody.agent_type ?? inBody.type ?? DEFAULT_TYPE,
    );
    return this.chat.answer({
      exchange,
      body: this.toBody(body),
      agent,
      terms: { alwaysStreams: true, profile, tunable: true, modelOptional: agent !== undefined },
    });
  }

  private resolve(type: unknown): { profile: string; agent?: AgentSettings } {
    if (typeof type === 'string') {
      if (this.profiles.find(type) !== undefined) return { profile: type };
      const agent = this.agents.find(type);
      if (agent !== undefined) return { profile: agent.profile, agent };
    }
    throw new GatewayError('unknown_agent', 'agent_type names no streaming profile and no agent', {
      param: 'agent_type',
    });
  }

  private toBody(body: object): CallBody {
    const isCompletion = 'prompt' in body && !('messages' in body);
    const metatype = isCompletion ? CreateCompletionDto : CreateChatCompletionDto;
    const dto = this.validation.transform(body, { type: 'body', metatype });
    return isCompletion
      ? { kind: 'completion', dto: dto as CreateCompletionDto }
      : { kind: 'chat', dto: dto as CreateChatCompletionDto };
  }
}
