import { Inject, Injectable } from '@nestjs/common';
import type { Exchange } from '../../common/http/exchange.js';
import { AppConfig } from '../../config/index.js';
import {
  GenerationService,
  recordAnswer,
  type FollowedLog,
  type GenerationSpec,
} from '../generation/index.js';
import { dialectOptions, streamLog, withEventIds } from '../streaming/index.js';
import { Admission } from './admission.js';
import { AnswerCache } from './cache/answer-cache.js';
import { toAnswerKey } from './cache/answer-key.js';
import { chooseCacheUse } from './cache/choose-cache-use.js';
import type { AdmittedCall, Call, HttpCall } from './call.js';
import { CallDesk } from './call-desk.js';
import { IdempotentCalls } from './idempotency/idempotent-calls.js';
import { isResumable, toCall } from './http-call.js';
import { idempotencyKeyOf, toReturningCall } from './idempotency-key.js';
import { asksForFunctions } from './mapping/from-functions.js';
import { markIgnoredParameters } from './ignored-parameters.js';
import { answerWhole } from './transport/answer-whole.js';

/** Chat completions and completions of a prompt over HTTP, streamed and whole: every route's way to an answer. */
@Injectable()
export class ChatService {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(CallDesk) private readonly desk: CallDesk,
    @Inject(GenerationService) private readonly generations: GenerationService,
    @Inject(AnswerCache) private readonly cache: AnswerCache,
    @Inject(IdempotentCalls) private readonly idempotent: IdempotentCalls,
  ) {}

  /** Resolves when the answer, or of a stream its beginning, was sent. Rejects with what becomes an HTTP error. */
  answer(asked: HttpCall): Promise<void> {
    const { exchange } = asked;
    const key = idempotencyKeyOf(exchange.request);
    if (key !== undefined) return this.answerOnce(key, asked);
    const call = this.admit(toCall(asked), asked);
    return this.begin(call, this.desk.specify(call), exchange);
  }

  /** What has no effect depends on who is asked. */
  private admit(call: Call, asked: HttpCall): AdmittedCall {
    const admitted = this.admission.admit(call);
    markIgnoredParameters(asked, admitted);
    return admitted;
  }

  private async begin(call: AdmittedCall, spec: GenerationSpec, exchange: Exchange): Promise<void> {
    if (call.terms.enterprise && !call.streams) return this.answerKept(call, spec, exchange);
    return this.send(call, await this.generations.begin(spec), exchange);
  }

  private send(call: AdmittedCall, source: FollowedLog, exchange: Exchange): Promise<void> {
    return call.streams ? this.stream(call, source, exchange) : this.answerWhole(call, source, exchange);
  }

  /** However often it is asked. */
  private async answerOnce(key: string, asked: HttpCall): Promise<void> {
    const { exchange } = asked;
    const call = this.admit(toReturningCall(toCall(asked)), asked);
    const answer = await this.idempotent.resolve(key, call);
    if (answer.begins === undefined) {
      exchange.reply.header('idempotent-replayed', 'true');
      return this.send(call, answer.source, exchange);
    }
    try {
      await this.begin(call, { ...this.desk.specify(call), id: answer.begins }, exchange);
    } catch (error) {
      this.idempotent.giveBack(answer.begins);
      throw error;
    }
  }

  /** From the cache, or for it. */
  private async answerKept(call: AdmittedCall, spec: GenerationSpec, exchange: Exchange): Promise<void> {
    const { reply } = exchange;
    const use = chooseCacheUse(exchange, spec, this.config.responseCache.mode);
    if (use === 'bypass') {
      reply.header('x-cache', 'bypass');
      return this.answerWhole(call, await this.generations.begin(spec), exchange);
    }
    const key = toAnswerKey(call, spec);
    const kept = use === 'use' ? await this.cache.find(key, spec.choices) : undefined;
    if (kept !== undefined) {
      reply.header('x-cache', 'hit');
      return this.answerWhole(call, this.generations.repeat(spec, kept), exchange);
    }
    reply.header('x-cache', use === 'use' ? 'miss' : 'bypass');
    const generation = await this.generations.begin(spec);
    await this.answerWhole(call, generation, exchange);
    // What another one gave in its place would be given again when the first can answer.
    const { gate, model } = spec.plan.targets[0]!;
    const answer = recordAnswer(generation, { backend: gate.backend.name, model });
    if (answer !== undefined) this.cache.keep(key, answer);
  }

  private answerWhole(call: AdmittedCall, generation: FollowedLog, { reply }: Exchange): Promise<void> {
    return answerWhole(reply, call, generation, this.config.streams.reasoningField);
  }

  /** Streams what was begun. Settles with the first byte, or rejects with what becomes an HTTP error. */
  stream(call: AdmittedCall, source: FollowedLog, { request, reply }: Exchange): Promise<void> {
    const { profile, dialect, body, terms } = call;
    const { reasoningField, frameText } = this.config.streams;
    const query = request.query as Record<string, string | undefined>;
    const options = dialectOptions(source, {
      includeUsage: body.dto.stream_options?.include_usage === true,
      reasoningField,
      frameText: query.text === 'delta' ? 'delta' : frameText,
      tokenEvents: query.tokens === '1',
      saysFunctions: body.kind === 'chat' && asksForFunctions(body.dto),
    });
    const writer = dialect.writer(source.head, options);
    return streamLog({
      reply,
      source,
      profile,
      dialect,
      writer: isResumable(request, terms) ? withEventIds(writer, source.id) : writer,
    });
  }
}
