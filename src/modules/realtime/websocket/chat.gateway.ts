import { Inject, UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Message } from '../inbound/asked-by-message.js';
import { SocketErrorFilter } from '../inbound/error.filter.js';
import { followAnswer } from '../inbound/follow-answer.js';
import { SocketCalls } from '../inbound/socket-calls.js';
import { cancelById } from './cancel-by-id.js';
import { cancelledEnvelope, errorEnvelope } from './envelope.js';
import { rawEndpoint, type MessageProtocol } from './message-protocol.js';
import type { WebSocketConnection } from './websocket-connection.js';

/** Everything said here asks for a completion, unless it takes one back. Nothing is said before the answer. */
const CHAT_ONLY: MessageProtocol = {
  name: 'chat_completion',
  nameOf: ({ type, message_type: messageType = type }) => {
    if (messageType === 'cancel') return 'cancel';
    return messageType === undefined || messageType === 'chat_completion' || messageType === 'chat'
      ? 'chat_completion'
      : undefined;
  },
  error: (error, connection) => errorEnvelope(error, connection.nextSequence()),
  cancelled: (id, connection) => cancelledEnvelope(id, connection.nextSequence()),
};

/** Chat completions on a WebSocket, in envelopes. */
@UseFilters(SocketErrorFilter)
@WebSocketGateway(rawEndpoint('/streaming/websocket/chat', CHAT_ONLY, 'chat'))
export class ChatGateway {
  constructor(@Inject(SocketCalls) private readonly calls: SocketCalls) {}

  @SubscribeMessage('chat_completion')
  async chat(
    @ConnectedSocket() connection: WebSocketConnection,
    @MessageBody() message: Message,
  ): Promise<void> {
    followAnswer(connection, await this.calls.chat(connection, message, { dialect: 'envelope' }), {});
  }

  @SubscribeMessage('cancel')
  cancel(@ConnectedSocket() connection: WebSocketConnection, @MessageBody() message: Message): Promise<void> {
    return cancelById(this.calls, connection, message.generation_id);
  }
}
