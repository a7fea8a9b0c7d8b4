import { Inject, Injectable } from '@nestjs/common';
import { requireObject, RequestValidationPipe } from '../../common/validation/request-validation.pipe.js';
import type { Exchange } from '../../common/http/exchange.js';
import { AgentTypes } from '../agents/index.js';
import type { CallBody } from './call.js';
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
    @Inject(AgentTypes) private readonly types: AgentTypes,
  ) {}

  answer(sent: unknown, exchange: Exchange): Promise<void> {
    const body = requireObject(sent);
    const { agent_type: byName, type: byShortName } = exchange.request.query as Record<string, unknown>;
    const inBody = body as { agent_type?: unknown; type?: unknown };
    const { profile, agent } = this.types.get(
      byName ?? byShortName ?? inBody.agent_type ?? inBody.type ?? DEFAULT_TYPE,
    );
    return this.chat.answer({
      exchange,
      body: this.toBody(body),
      agent,
      terms: { alwaysStreams: true, profile, tunable: true, modelOptional: agent !== undefined },
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
