import { Inject, UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { toWireJson } from '../../../contracts/wire-text.js';
import { AppConfig } from '../../../config/index.js';
import { CHANNELS } from '../channels/channel.js';
import { ConnectionChannels } from '../channels/connection-channels.js';
import type { Message } from '../inbound/asked-by-message.js';
import { SocketErrorFilter } from '../inbound/error.filter.js';
import { followAnswer } from '../inbound/follow-answer.js';
import { SocketCalls } from '../inbound/socket-calls.js';
import { cancelById } from './cancel-by-id.js';
import { cancelledEnvelope, envelope, errorEnvelope } from './envelope.js';
import { rawEndpoint, type MessageProtocol } from './message-protocol.js';
import type { WebSocketConnection } from './websocket-connection.js';

/** `type` is what the client wants; `message_type` is read as well. */
const STREAMING: MessageProtocol = {
  name: 'streaming',
  nameOf: ({ type, message_type: messageType }) => {
    const wanted = type ?? messageType;
    if (wanted === 'chat_completion') return 'chat';
    return typeof wanted === 'string' ? wanted : undefined;
  },
  error: (error, connection) => errorEnvelope(error, connection.nextSequence()),
  cancelled: (id, connection) => cancelledEnvelope(id, connection.nextSequence()),
};

/** Channels, chat and agents on one WebSocket, all in the same envelope. */
@UseFilters(SocketErrorFilter)
@WebSocketGateway(rawEndpoint('/streaming/websocket', STREAMING))
export class StreamingGateway {
  constructor(
    @Inject(SocketCalls) private readonly calls: SocketCalls,
    @Inject(ConnectionChannels) private readonly channels: ConnectionChannels,
    @Inject(AppConfig) private readonly config: AppConfig,
  ) {}

  @SubscribeMessage('subscribe')
  subscribe(@ConnectedSocket() connection: WebSocketConnection, @MessageBody() message: Message): void {
    const channels = channelsOf(message).map((name) =>
      this.channels.subscribe(connection, name, (_channel, said) => said),
    );
    this.tell(connection, { type: 'subscribed', channels });
  }

  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() connection: WebSocketConnection, @MessageBody() message: Message): void {
    const channels = channelsOf(message).map((name) => this.channels.unsubscribe(connection, name));
    this.tell(connection, { type: 'unsubscribed', channels });
  }

  @SubscribeMessage('chat')
  async chat(
    @ConnectedSocket() connection: WebSocketConnection,
    @MessageBody() message: Message,
  ): Promise<void> {
    this.requireChat();
    followAnswer(connection, await this.calls.chat(connection, message, { dialect: 'envelope' }), {});
  }

  @SubscribeMessage('agent')
  async agent(
    @ConnectedSocket() connection: WebSocketConnection,
    @MessageBody() message: Message,
  ): Promise<void> {
    this.requireChat();
    followAnswer(connection, await this.calls.task(connection, message, { dialect: 'envelope' }), {});
  }

  @SubscribeMessage('cancel')
  cancel(@ConnectedSocket() connection: WebSocketConnection, @MessageBody() message: Message): Promise<void> {
    return cancelById(this.calls, connection, message.generation_id);
  }

  @SubscribeMessage('ping')
  ping(@ConnectedSocket() connection: WebSocketConnection): void {
    const pong = envelope('chat_completion', { type: 'pong', time: Date.now() }, connection.nextSequence());
    connection.send(toWireJson(pong));
  }

  private tell(connection: WebSocketConnection, data: object): void {
    connection.send(toWireJson(envelope('status_update', data, connection.nextSequence())));
  }

  private requireChat(): void {
    if (this.config.streaming.channels.chat) return;
    throw new GatewayError('invalid_value', 'Chat is switched off here.', { param: 'type' });
  }
}

/** Those that are named, in a list or alone; all where none is. */
function channelsOf({ channels, channel }: Message): readonly unknown[] {
  const named = channels ?? channel ?? CHANNELS;
  return [...new Set<unknown>(Array.isArray(named) ? named : [named])];
}
