import { Inject, Injectable } from '@nestjs/common';
import { headerOf, principalOf, routeOf, sessionOf } from '../../common/http/request-context.js';
import { AppConfig } from '../../config/index.js';
import type { FrameWriter } from '../../contracts/stream-dialect.js';
import { OpenAiChatDialect, OpenAiCompletionDialect } from '../agents/index.js';
import { GenerationService, type Generation } from '../generation/index.js';
import { Admission } from './admission.js';
import type { AdmittedCall, Call } from './call.js';
import { markIgnoredParameters } from './ignored-parameters.js';
import { toChatRequest, toPromptRequest } from './mapping/to-generation-request.js';
import { answerWhole } from './transport/answer-whole.js';
import { streamAnswer } from './transport/stream-answer.js';

/** Chat completions and completions of a prompt, streamed and whole: every route's way to an answer. */
@Injectable()
export class ChatService {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(GenerationService) private readonly generations: GenerationService,
    @Inject(OpenAiChatDialect) private readonly chatDialect: OpenAiChatDialect,
    @Inject(OpenAiCompletionDialect) private readonly completionDialect: OpenAiCompletionDialect,
  ) {}

  /** Resolves when the answer, or of a stream its beginning, was sent. Rejects with what becomes an HTTP error. */
  answer(asked: Call): Promise<void> {
    markIgnoredParameters(asked);
    const call = this.admission.admit(asked);
    const generation = this.begin(call);
    if (!call.streams) return answerWhole(call, generation, this.config.streams.reasoningField);
    return streamAnswer(call, generation, this.writer(call, generation));
  }

  private begin(call: AdmittedCall): Generation {
    const { exchange, body, plan, agent, profile, streams, choices, deadlineMs } = call;
    const owner = principalOf(exchange.request);
    const request =
      body.kind === 'chat'
        ? toChatRequest(body.dto, agent, plan.requestedModel)
        : toPromptRequest(body.dto, agent, plan.requestedModel);
    return this.generations.begin({
      kind: body.kind,
      route: routeOf(exchange.request),
      requestId: exchange.request.id,
      owner,
      userId:
        owner.role === 'anonymous'
          ? (body.dto.user ?? headerOf(exchange.request, 'x-user-id') ?? owner.id)
          : owner.id,
      plan,
      agent: agent?.key,
      profile: profile.profile.name,
      stream: streams,
      session: sessionOf(exchange.request),
      deadlineMs,
      choices,
      request,
    });
  }

  private writer({ body }: AdmittedCall, { head }: Generation): FrameWriter {
    const dialect = body.kind === 'chat' ? this.chatDialect : this.completionDialect;
    return dialect.writer(head, {
      includeUsage: body.dto.stream_options?.include_usage === true,
      reasoningField: this.config.streams.reasoningField,
    });
  }
}
