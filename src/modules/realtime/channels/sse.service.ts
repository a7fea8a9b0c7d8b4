import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { onClientGone } from '../../../common/http/on-client-gone.js';
import { overOwnShare } from '../../../common/http/own-share.js';
import { sendSseHead } from '../../../common/http/sse-stream.js';
import type { Exchange } from '../../../common/http/exchange.js';
import { AppConfig, type StreamingConfig } from '../../../config/index.js';
import {
  CallDesk,
  callerOf,
  isResumable,
  wishesOf,
  type Call,
  type CreateChatCompletionDto,
  type RouteTerms,
} from '../../chat/index.js';
import {
  COMES_BACK,
  dialectOptions,
  streamLog,
  StreamResumption,
  withEventIds,
} from '../../streaming/index.js';
import { ANONYMOUS } from '../../../contracts/principal.js';
import { IdentityWatch } from '../../identity/index.js';
import { ConnectionLedger } from '../connections/connection-ledger.js';
import type { ChannelName } from './channel.js';
import { ChannelHub } from './channel-hub.js';
import { SseListener } from './sse-listener.js';

const BUSY_RETRY_S = 5;
const DIALECT = 'envelope';

/** The channels, and chat, by server-sent events. */
@Injectable()
export class SseService implements OnModuleInit, OnModuleDestroy, BeforeApplicationShutdown {
  private readonly config: StreamingConfig;
  private readonly listeners = new Set<SseListener>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(AppConfig) { streaming }: AppConfig,
    @Inject(ChannelHub) private readonly hub: ChannelHub,
    @Inject(CallDesk) private readonly desk: CallDesk,
    @Inject(StreamResumption) private readonly resumption: StreamResumption,
    @Inject(ConnectionLedger) private readonly ledger: ConnectionLedger,
    @Inject(IdentityWatch) private readonly watch: IdentityWatch,
  ) {
    this.config = streaming;
  }

  onModuleInit(): void {
    this.watch.watch({ all: this.listeners });
    this.timer = setInterval(() => this.keepAlive(), this.config.sse.keepAliveMs).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  beforeApplicationShutdown(): void {
    for (const listener of this.listeners) listener.end();
  }

  /** How many clients listen to channels. */
  get listening(): number {
    return this.listeners.size;
  }

  /** Percent of the events that left; 100 without traffic. */
  getSsePerformance(): number {
    return this.ledger.deliveries.sse.percent;
  }

  /** Throws where the channel is switched off, or there is no room for one more. */
  open(channel: ChannelName, reply: FastifyReply): void {
    this.requireRoom(channel);
    if (reply.request.method === 'HEAD') return sendSseHead(reply);
    const principal = reply.request.principal ?? ANONYMOUS;
    const refusal = overOwnShare(principal, {
      most: this.config.sse.maxConnectionsPerCaller,
      held: this.listeners,
    });
    if (refusal !== undefined) throw refusal;
    const listener = new SseListener({
      principal,
      reply,
      ledger: this.ledger,
      retryMs: this.config.sse.retryMs,
      compresses: this.config.sse.compression,
      gone: () => {
        this.listeners.delete(listener);
        if (listener.subscription !== undefined) this.hub.unsubscribe(listener.subscription);
      },
    });
    this.listeners.add(listener);
    listener.subscription = this.hub.subscribe(channel, listener);
  }

  /** As `chat`, for event sources: who comes back is given the rest, and told to stop when there is none. */
  async chatOrGoOn(dto: CreateChatCompletionDto, exchange: Exchange): Promise<void> {
    const { request, reply } = exchange;
    this.requireRoom('chat');
    if (request.method === 'HEAD') return sendSseHead(reply);
    const rest = this.resumption.resume(exchange, { usualDialect: DIALECT, isOnlyDialect: true });
    if (rest === undefined) return this.chat(dto, exchange, COMES_BACK);
    this.count(reply);
    return rest;
  }

  /** An answer in envelopes. Settles with the first byte, or rejects with what becomes an HTTP error. */
  async chat(
    dto: CreateChatCompletionDto,
    { request, reply }: Exchange,
    terms: RouteTerms = {},
  ): Promise<void> {
    this.requireRoom('chat');
    const asked: Call = {
      caller: callerOf(request),
      wishes: { ...wishesOf(request), dialect: undefined },
      terms: { alwaysStreams: true, dialect: DIALECT, ...terms },
      body: { kind: 'chat', dto },
    };
    const { call, generation } = await this.desk.beginFor({ request, reply }, asked);
    this.count(reply);
    const plain = call.dialect.writer(generation.head, dialectOptions(generation));
    const writer = isResumable(request, call.terms) ? withEventIds(plain, generation.id) : plain;
    const { retryMs } = this.config.sse;
    await streamLog({
      reply,
      source: generation,
      profile: call.profile,
      dialect: call.dialect,
      writer: { ...writer, open: () => `retry: ${retryMs}\n${writer.open()}` },
    });
  }

  /** @internal also called by tests in place of the timer */
  keepAlive(): void {
    for (const listener of this.listeners) listener.keepAlive();
  }

  private count(reply: FastifyReply): void {
    this.ledger.opened('sse');
    onClientGone(reply, () => this.ledger.closed('sse', true));
  }

  private requireRoom(channel: ChannelName | 'chat'): void {
    const { sse, channels } = this.config;
    if (!sse.enabled || !channels[channel]) throw new GatewayError('not_found', 'Nothing is here.');
    if (this.ledger.active.sse < sse.maxConnections) return;
    this.ledger.refused('sse', 'full');
    throw new GatewayError('server_busy', 'There are as many connections as there may be.', {
      retryAfterS: BUSY_RETRY_S,
    });
  }
}
