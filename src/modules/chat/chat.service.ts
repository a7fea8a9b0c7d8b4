import { Inject, Injectable } from '@nestjs/common';
import { headerOf, principalOf, routeOf, sessionOf } from '../../common/http/request-context.js';
import { AppConfig } from '../../config/index.js';
import type { FrameWriter } from '../../contracts/stream-dialect.js';
import { OpenAiChatDialect, OpenAiCompletionDialect } from '../agents/index.js';
import {
  GenerationService,
  recordAnswer,
  type Generation,
  type GenerationSpec,
} from '../generation/index.js';
import { Admission } from './admission.js';
import { AnswerCache } from './cache/answer-cache.js';
import { toAnswerKey } from './cache/answer-key.js';
import { chooseCacheUse } from './cache/choose-cache-use.js';
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
    @Inject(AnswerCache) private readonly cache: AnswerCache,
    @Inject(OpenAiChatDialect) private readonly chatDialect: OpenAiChatDialect,
    @Inject(OpenAiCompletionDialect) private readonly completionDialect: OpenAiCompletionDialect,
  ) {}

  /** Resolves when the answer, or of a stream its beginning, was sent. Rejects with what becomes an HTTP error. */
  answer(asked: Call): Promise<void> {
    markIgnoredParameters(asked);
    const call = this.admission.admit(asked);
    const spec = this.specify(call);
    if (call.terms.enterprise && !call.streams) return this.answerKept(call, spec);
    const generation = this.generations.begin(spec);
    if (!call.streams) return this.answerWhole(call, generation);
    return streamAnswer(call, generation, this.writer(call, generation));
  }

  /** From the cache, or for it. */
  private async answerKept(call: AdmittedCall, spec: GenerationSpec): Promise<void> {
    const { reply } = call.exchange;
    const use = chooseCacheUse(call, spec, this.config.responseCache.mode);
    if (use === 'bypass') {
      reply.header('x-cache', 'bypass');
      return this.answerWhole(call, this.generations.begin(spec));
    }
    const key = toAnswerKey(call, spec);
    const kept = use === 'use' ? await this.cache.find(key, spec.choices) : undefined;
    if (kept !== undefined) {
      reply.header('x-cache', 'hit');
      return this.answerWhole(call, this.generations.repeat(spec, kept));
    }
    reply.header('x-cache', use === 'use' ? 'miss' : 'bypass');
    const generation = this.generations.begin(spec);
    await this.answerWhole(call, generation);
    // What another one gave in its place would be given again when the first can answer.
    const { gate, model } = spec.plan.targets[0]!;
    const answer = recordAnswer(generation, { backend: gate.backend.name, model });
    if (answer !== undefined) this.cache.keep(key, answer);
  }

  private answerWhole(call: AdmittedCall, generation: Generation): Promise<void> {
    return answerWhole(call, generation, this.config.streams.reasoningField);
  }

  private specify(call: AdmittedCall): GenerationSpec {
    const { exchange, body, plan, agent, profile, streams, choices, deadlineMs } = call;
    const owner = principalOf(exchange.request);
    const request =
      body.kind === 'chat'
        ? toChatRequest(body.dto, agent, plan.requestedModel)
        : toPromptRequest(body.dto, agent, plan.requestedModel);
    return {
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
    };
  }

  private writer({ body }: AdmittedCall, { head }: Generation): FrameWriter {
    const dialect = body.kind === 'chat' ? this.chatDialect : this.completionDialect;
    return dialect.writer(head, {
      includeUsage: body.dto.stream_options?.include_usage === true,
      reasoningField: this.config.streams.reasoningField,
    });
  }
}
