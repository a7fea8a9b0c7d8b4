import { Inject, Injectable } from '@nestjs/common';
import { newId } from '../../common/new-id.js';
import { userOf } from '../../common/user-of.js';
import { AppConfig } from '../../config/index.js';
import type { Exchange } from '../../common/http/exchange.js';
import {
  GenerationService,
  ID_PREFIX,
  type FollowedLog,
  type Generation,
  type GenerationSpec,
} from '../generation/index.js';
import { Admission } from './admission.js';
import type { AdmittedCall, Call } from './call.js';
import { saysLogprobs } from './says-logprobs.js';
import { idempotencyKeyOf, toReturningCall } from './idempotency-key.js';
import { IdempotentCalls } from './idempotency/idempotent-calls.js';
import { idOfContinued } from './mapping/id-of-continued.js';
import { passedFields } from './mapping/passed-fields.js';
import { toChatRequest, toPromptRequest } from './mapping/to-generation-request.js';

/** A call that was admitted, and what is to answer it. */
export interface Prepared {
  readonly call: AdmittedCall;
  readonly spec: GenerationSpec & { readonly id: string };
}

/** A call that was admitted, and the generation that answers it. */
export interface Begun {
  readonly call: AdmittedCall;
  readonly spec: GenerationSpec;
  readonly generation: Generation;
}

/** A call that was admitted, and the log of what answers it. */
export interface Answering {
  readonly call: AdmittedCall;
  readonly generation: FollowedLog;
  /** It began with an earlier request of the same key. */
  readonly isReplayed?: boolean;
}

/** Where every family of routes and sockets hands in what it wants generated. */
@Injectable()
export class CallDesk {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(GenerationService) private readonly generations: GenerationService,
    @Inject(IdempotentCalls) private readonly idempotent: IdempotentCalls,
  ) {}

  /** Throws GatewayError for what is not admitted. What it gives has an id, and nothing runs yet. */
  prepare(asked: Call): Prepared {
    const call = this.admission.admit(asked);
    const spec = this.specify(call);
    return { call, spec: { ...spec, id: newId(spec.idPrefix ?? ID_PREFIX[spec.kind]) } };
  }

  /** Rejects with a GatewayError for what is not allowed; no backend has heard of it then. */
  async run({ call, spec }: Prepared): Promise<Begun> {
    return { call, spec, generation: await this.generations.begin(spec) };
  }

  /** Both at once. Rejects with a GatewayError for what is not admitted, too. */
  async begin(asked: Call): Promise<Begun> {
    return this.run(this.prepare(asked));
  }

  /** However often it is asked with this key, and on whichever replica, there is one generation. */
  async beginOnce(key: string, asked: Call): Promise<Answering> {
    const call = this.admission.admit(asked);
    const answer = await this.idempotent.resolve(key, call);
    if (answer.begins === undefined) return { call, generation: answer.source, isReplayed: true };
    try {
      return { call, generation: await this.generations.begin({ ...this.specify(call), id: answer.begins }) };
    } catch (error) {
      this.idempotent.giveBack(answer.begins);
      throw error;
    }
  }

  /**
   * As `begin`, of a request. With an `Idempotency-Key` it is one generation however often it is sent, and who sends it
   * again is told so. A key of a part's own stands in where several parts answer one request.
   */
  async beginFor(
    { request, reply }: Exchange,
    asked: Call,
    key = idempotencyKeyOf(request),
  ): Promise<Answering> {
    const answering = await this.beginPart(asked, key);
    if (answering.isReplayed) reply.header('idempotent-replayed', 'true');
    // Of several parts the last may be the first that is not given again.
    else if (key !== undefined) reply.removeHeader('idempotent-replayed');
    return answering;
  }

  /** The same of a part that runs beside others: what is said to the caller is not for it alone to decide. */
  async beginPart(asked: Call, key: string | undefined): Promise<Answering> {
    return key === undefined ? this.begin(asked) : this.beginOnce(key, toReturningCall(asked));
  }

  specify(call: AdmittedCall): GenerationSpec {
    const { caller, terms, body, plan, agent, profile, streams, choices, deadlineMs, graceMs } = call;
    const { principal } = caller;
    const { defaultMaxTokens: most } = this.config.streams;
    const whom = {
      agent,
      requestedModel: plan.requestedModel,
      defaultMaxTokens: most === 'none' ? undefined : most,
      saysLogprobs: saysLogprobs(call),
      passedFields: passedFields(body.dto, plan),
    };
    const request = body.kind === 'chat' ? toChatRequest(body, whom) : toPromptRequest(body.dto, whom);
    return {
      kind: body.kind,
      idPrefix: terms.idPrefix,
      isPart: terms.isPart,
      roomAgain: terms.roomAgain,
      route: caller.route,
      endpoint: caller.endpoint,
      requestId: caller.requestId,
      owner: principal,
      userId: userOf(principal, body.dto.user, caller.userId),
      plan,
      agent: agent?.key,
      profile: profile.profile.name,
      stream: streams,
      session: caller.session,
      deadlineMs,
      choices,
      graceMs,
      maxTokens: knownMaxTokens(call),
      messageId: body.kind === 'chat' ? idOfContinued(body.dto.messages) : undefined,
      request,
    };
  }
}

/** The default is no promise of a length. */
function knownMaxTokens({ body, agent }: AdmittedCall): number | undefined {
  const ofChat = body.kind === 'chat' ? body.dto.max_completion_tokens : undefined;
  return ofChat ?? body.dto.max_tokens ?? agent?.options.maxTokens;
}
