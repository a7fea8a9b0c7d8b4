import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { requestIdOf } from '../../../common/http/request-id.js';
import { requireObject, RequestValidationPipe } from '../../../common/validation/request-validation.pipe.js';
import { AgentTypes } from '../../agents/index.js';
import { AgentTaskDto, toTaskBody } from '../../agent-tasks/index.js';
import { CallDesk, type Answering, type Begun, type Call, type RouteTerms } from '../../chat/index.js';
import { LoadMonitor } from '../../../infrastructure/load/index.js';
import { GenerationControl } from '../../generation/index.js';
import { requireScope } from '../../identity/index.js';
import { RequestRates } from '../../limits/index.js';
import type { LiveConnection } from '../connections/live-connection.js';
import { readChat, toChoices, toIdempotencyKey, type Message } from './asked-by-message.js';

/** Of one connection at a time. */
export const MOST_GENERATIONS = 32;
const BUSY_RETRY_S = 1;

/** What every kind of socket may ask of generations. What is not admitted rejects with a GatewayError. */
@Injectable()
export class SocketCalls {
  private readonly validation = new RequestValidationPipe();
  /** How many generations a connection is about to follow. */
  private readonly beginning = new WeakMap<LiveConnection, number>();

  constructor(
    @Inject(CallDesk) private readonly desk: CallDesk,
    @Inject(GenerationControl) private readonly control: GenerationControl,
    @Inject(LoadMonitor) private readonly load: LoadMonitor,
    @Inject(AgentTypes) private readonly types: AgentTypes,
    @Inject(RequestRates) private readonly rates: RequestRates,
  ) {}

  /** With an `idempotency_key` it is one generation, however often it is asked. */
  async chat(connection: LiveConnection, sent: unknown, terms: RouteTerms): Promise<Answering> {
    await this.count(connection);
    const call = this.toChatCall(connection, sent, terms);
    const key = toIdempotencyKey(sent as Message);
    return this.begin(connection, () => this.desk.beginPart(call, key));
  }

  /** A task streams, whatever it says. */
  async task(connection: LiveConnection, sent: unknown, terms: RouteTerms): Promise<Begun> {
    await this.count(connection);
    const message = requireObject(sent) as Message;
    const dto = this.validation.transform(message, { type: 'body', metatype: AgentTaskDto });
    const { agent_type: type, task, ...options } = dto as AgentTaskDto;
    const { agent, profile } = this.types.get(type);
    const call = this.toCall(connection, message, {
      terms: {
        ...terms,
        alwaysStreams: true,
        modelOptional: true,
        usualProfile: (agent && terms.usualProfile) ?? profile,
      },
      body: toTaskBody(task, options),
      ...(agent !== undefined && { agent }),
    });
    return this.begin(connection, () => this.desk.begin(call));
  }

  /** Looks for what the connection is to follow, where it has room for that. */
  async join<T>(connection: LiveConnection, find: () => Promise<T>): Promise<T> {
    this.requireRoom(connection);
    return this.begin(connection, find);
  }

  private toChatCall(connection: LiveConnection, sent: unknown, terms: RouteTerms): Call {
    const body = { kind: 'chat', dto: readChat(sent) } as const;
    return this.toCall(connection, sent as Message, { terms, body });
  }

  private toCall(
    connection: LiveConnection,
    message: Message,
    call: Pick<Call, 'terms' | 'body' | 'agent'>,
  ): Call {
    requireScope(connection.principal, 'write');
    this.requireRoom(connection);
    this.requireStrength();
    const { wishes, session } = toChoices(message);
    const { principal, path: route, endpoint } = connection;
    const caller = { principal, requestId: requestIdOf({ headers: {} }), route, endpoint, session };
    return { caller, wishes, ...call };
  }

  /** A message that asks for something is a request like any other. */
  private async count({ principal, endpoint }: LiveConnection): Promise<void> {
    await this.rates.countMessage(principal, endpoint);
  }

  private async begin<T>(connection: LiveConnection, begin: () => Promise<T>): Promise<T> {
    this.beginning.set(connection, (this.beginning.get(connection) ?? 0) + 1);
    try {
      return await begin();
    } finally {
      this.beginning.set(connection, this.beginning.get(connection)! - 1);
    }
  }

  private requireStrength(): void {
    if (!this.load.overloaded) return;
    this.load.noteRefusal();
    throw new GatewayError('server_busy', 'The gateway is at its limit.', { retryAfterS: BUSY_RETRY_S });
  }

  private requireRoom(connection: LiveConnection): void {
    if (connection.feeds.size + (this.beginning.get(connection) ?? 0) < MOST_GENERATIONS) return;
    throw new GatewayError('server_busy', `One connection follows ${MOST_GENERATIONS} generations at most.`, {
      retryAfterS: BUSY_RETRY_S,
    });
  }

  /** Also throws for an id that is unknown or somebody else's, and for a generation that has ended. */
  async cancel({ principal }: LiveConnection, id: unknown): Promise<void> {
    requireScope(principal, 'write');
    await this.control.cancel(requireId(id), principal).catch(sayOfMessage);
  }
}

export function requireId(id: unknown): string {
  if (typeof id === 'string' && id !== '') return id;
  throw new GatewayError('invalid_request', 'generation_id is required', { param: 'generation_id' });
}

/** In a message the id has another name than in a path. */
export function sayOfMessage(error: unknown): never {
  if (!(error instanceof GatewayError) || error.param !== 'id') throw error;
  const { code, message, retryAfterS } = error;
  throw new GatewayError(code, message, {
    param: 'generation_id',
    cause: error,
    ...(retryAfterS !== undefined && { retryAfterS }),
  });
}
