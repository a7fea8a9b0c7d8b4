import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Exchange } from '../../common/http/exchange.js';
import { AgentTypes, type UnknownAgent } from '../agents/index.js';
import { CallDesk, ChatService, toCall, type Call, type RouteTerms } from '../chat/index.js';
import { GenerationRegistry, type Generation } from '../generation/index.js';
import { toTaskBody, type TaskOptions } from './to-task-body.js';

export interface StreamRequest {
  readonly req: FastifyRequest;
  readonly res: FastifyReply;
  readonly prompt: string;
  readonly model?: string | null;
  readonly options?: Omit<TaskOptions, 'model'>;
  readonly meta: StreamMeta;
}

export interface StreamMeta {
  /** Key of an agent, or name of a profile. */
  readonly agent: string;
  /** The request's field that named it. */
  readonly param?: string;
  /** What is said where there is none. */
  readonly otherwise?: UnknownAgent;
  /** What the route settles; named events at the agent's own pace without it. */
  readonly terms?: Pick<RouteTerms, 'dialect' | 'usualProfile' | 'resumable' | 'graceS'>;
}

export interface RunningStream {
  readonly generationId: string;
  /** Settles with the first byte, or rejects with what becomes an HTTP error. */
  readonly begun: Promise<void>;
  /** Stops it at the model too. False when it is over. */
  cancel(): boolean;
}

export interface ActiveStream {
  readonly generationId: string;
  readonly agent: string | undefined;
  readonly model: string;
  readonly durationMs: number;
}

/**
 * Streams answers of agents as server-sent events. To code of ours it also tells which streams run in this process,
 * whoever asked for them: no route gives that to a caller.
 */
@Injectable()
export class StreamService {
  constructor(
    @Inject(AgentTypes) private readonly types: AgentTypes,
    @Inject(CallDesk) private readonly desk: CallDesk,
    @Inject(ChatService) private readonly chat: ChatService,
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
  ) {}

  /** Throws GatewayError for what is not admitted. A client that leaves stops the stream, unless it may come back. */
  streamWithSSE(asked: StreamRequest): RunningStream {
    const prepared = this.desk.prepare(this.toCall(asked));
    const running = this.desk.run(prepared);
    let generation: Generation | undefined;
    let isCancelled = false;
    const begun = running.then((its) => {
      generation = its.generation;
      if (isCancelled) generation.cancel('cancelled');
      return this.chat.stream(its.call, generation, exchangeOf(asked));
    });
    return {
      generationId: prepared.spec.id,
      begun,
      cancel: () => generation?.cancel('cancelled') ?? (isCancelled = true),
    };
  }

  /** The same; a request with an `Idempotency-Key` that is sent again is given the stream that it began. */
  async streamOnce(asked: StreamRequest): Promise<void> {
    const exchange = exchangeOf(asked);
    const { call, generation } = await this.desk.beginFor(exchange, this.toCall(asked));
    return this.chat.stream(call, generation, exchange);
  }

  /** Of all callers. */
  getActiveStreamCount(): number {
    return this.streams.length;
  }

  /** Of all callers, in the order in which they began. */
  getActiveStreams(): ActiveStream[] {
    return this.streams.map(({ id, head, durationMs }) => ({
      generationId: id,
      agent: head.agent,
      model: head.model,
      durationMs,
    }));
  }

  /**
   * Stops the streams of all callers, and says how many it stopped. Only for code of ours that embeds the gateway: never
   * behind a route, and not for the shutdown, which lets streams finish first.
   */
  cancelAllStreams(): number {
    return this.streams.filter((generation) => generation.cancel('cancelled')).length;
  }

  private toCall(asked: StreamRequest): Call {
    const { prompt, model, options, meta } = asked;
    const { agent, profile } = this.types.get(meta.agent, meta.param, meta.otherwise);
    return toCall({
      exchange: exchangeOf(asked),
      agent,
      body: toTaskBody(prompt, { ...options, model }),
      terms: {
        dialect: 'events',
        ...meta.terms,
        usualProfile: (agent && meta.terms?.usualProfile) ?? profile,
        alwaysStreams: true,
        modelOptional: true,
      },
    });
  }

  private get streams(): Generation[] {
    return this.registry.all.filter(({ begin, ended }) => begin.stream && !ended);
  }
}

const exchangeOf = ({ req, res }: StreamRequest): Exchange => ({ request: req, reply: res });
