import { Inject, UseFilters } from '@nestjs/common';
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayInit,
} from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';
import { requireObject } from '../../../common/validation/request-validation.pipe.js';
import { AppConfig } from '../../../config/index.js';
import type { Answering } from '../../chat/index.js';
import { CHANNEL_KINDS } from '../channels/channel.js';
import { ConnectionChannels, type Spelling } from '../channels/connection-channels.js';
import { ConnectionLedger } from '../connections/connection-ledger.js';
import { ConnectionManager } from '../connections/connection-manager.js';
import { GenerationFeed } from '../connections/generation-feed.js';
import type { Message } from '../inbound/asked-by-message.js';
import { SocketErrorFilter } from '../inbound/error.filter.js';
import { MOST_GENERATIONS, SocketCalls } from '../inbound/socket-calls.js';
import { WatchDesk } from '../inbound/watch-desk.js';
import { EVENT, eventWriter } from './event-writer.js';
import { SocketIdentity } from './socket-identity.js';
import { SocketIoConnection } from './socket-io-connection.js';

/** How long an answer goes on for a client that has lost its connection. */
const TERMS = { graceS: 15 };

type Answer = ((answer: object) => void) | undefined;

/** Socket.IO, for pages and programs that want events, acknowledgements and a transport that always works. */
@UseFilters(SocketErrorFilter)
@WebSocketGateway()
export class SocketIoGateway implements OnGatewayInit<Server>, OnGatewayConnection<Socket> {
  constructor(
    @Inject(SocketCalls) private readonly calls: SocketCalls,
    @Inject(WatchDesk) private readonly watches: WatchDesk,
    @Inject(ConnectionChannels) private readonly channels: ConnectionChannels,
    @Inject(SocketIdentity) private readonly identity: SocketIdentity,
    @Inject(ConnectionManager) private readonly manager: ConnectionManager,
    @Inject(ConnectionLedger) private readonly ledger: ConnectionLedger,
    @Inject(AppConfig) private readonly config: AppConfig,
  ) {}

  afterInit(server: Server): void {
    server.use((socket, next) => void this.identity.check(socket).then(next));
  }

  handleConnection(socket: Socket): void {
    const connection = new SocketIoConnection(
      socket,
      this.identity.principalOf(socket),
      this.manager,
      this.ledger,
    );
    connections.set(socket, connection);
    this.manager.add(connection);
    const { heartbeatMs, maxMessageBytes, maxMessagesPerSecond } = this.config.streaming.websocket;
    connection.say('connected', {
      connection_id: connection.id,
      heartbeat_ms: heartbeatMs,
      limits: {
        message_bytes: maxMessageBytes,
        messages_per_second: maxMessagesPerSecond,
        generations: MOST_GENERATIONS,
      },
    });
  }

  @SubscribeMessage('chat')
  async chat(
    @ConnectedSocket() socket: Socket,
    @MessageBody() sent: unknown,
    @Ack() answer: Answer,
  ): Promise<void> {
    const connection = connectionOf(socket);
    const begun = await this.calls.chat(connection, sent, {
      ...TERMS,
      alwaysStreams: true,
      modelOptional: true,
    });
    follow(connection, begun, answer);
  }

  @SubscribeMessage('agent')
  async agent(
    @ConnectedSocket() socket: Socket,
    @MessageBody() sent: unknown,
    @Ack() answer: Answer,
  ): Promise<void> {
    const connection = connectionOf(socket);
    follow(connection, await this.calls.task(connection, sent, TERMS), answer);
  }

  @SubscribeMessage('cancel')
  async cancel(@ConnectedSocket() socket: Socket, @MessageBody() sent: unknown): Promise<object> {
    const { generation_id: id } = requireObject(sent) as Message;
    await this.calls.cancel(connectionOf(socket), id);
    return { status: 'cancelled' };
  }

  @SubscribeMessage('watch')
  async watch(
    @ConnectedSocket() socket: Socket,
    @MessageBody() sent: unknown,
    @Ack() answer: Answer,
  ): Promise<void> {
    const connection = connectionOf(socket);
    const { source, status, position, profile } = await this.calls.join(connection, () =>
      this.watches.find(connection.principal, requireObject(sent) as Message),
    );
    answer?.({ generation_id: source.id, status });
    GenerationFeed.open(connection, {
      source,
      profile,
      position,
      writer: eventWriter(source.head, position),
    });
  }

  @SubscribeMessage('subscribe')
  subscribe(@ConnectedSocket() socket: Socket, @MessageBody() sent: unknown): object {
    const { channel } = requireObject(sent) as Message;
    return { channel: this.channels.subscribe(connectionOf(socket), channel, toPacket) };
  }

  @SubscribeMessage('unsubscribe')
  unsubscribe(@ConnectedSocket() socket: Socket, @MessageBody() sent: unknown): object {
    const { channel } = requireObject(sent) as Message;
    return { channel: this.channels.unsubscribe(connectionOf(socket), channel) };
  }

  @SubscribeMessage('ping')
  ping(@ConnectedSocket() socket: Socket): object {
    connectionOf(socket).heard();
    return { pong: true, time: Date.now() };
  }
}

/** An event, as the engine sends it. */
const toPacket: Spelling = (channel, message) =>
  `${EVENT}["${CHANNEL_KINDS[channel].messageType}",${message}]`;

const connections = new WeakMap<Socket, SocketIoConnection>();

const connectionOf = (socket: Socket): SocketIoConnection => {
  const connection = connections.get(socket)!;
  connection.heard();
  return connection;
};

/** The id goes before all that is said of it. */
function follow(connection: SocketIoConnection, { call, generation }: Answering, answer: Answer): void {
  answer?.({ generation_id: generation.id });
  GenerationFeed.open(connection, {
    source: generation,
    profile: call.profile,
    writer: eventWriter(generation.head),
  });
}
