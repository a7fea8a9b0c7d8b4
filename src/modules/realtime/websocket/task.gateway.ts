import { Inject, UseFilters } from '@nestjs/common';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { toWireJson } from '../../../contracts/wire-text.js';
import { AppConfig } from '../../../config/index.js';
import type { Message } from '../inbound/asked-by-message.js';
import { SocketErrorFilter } from '../inbound/error.filter.js';
import { followAnswer } from '../inbound/follow-answer.js';
import { SocketCalls } from '../inbound/socket-calls.js';
import { cancelById } from './cancel-by-id.js';
import { rawEndpoint, type MessageProtocol } from './message-protocol.js';
import type { WebSocketConnection } from './websocket-connection.js';

const TASKS: MessageProtocol = {
  name: 'task',
  nameOf: (message) => ('cancel' in message ? 'cancel' : 'task'),
  error: ({ code, message }) => toWireJson({ error: message, code }),
  cancelled: (id) => toWireJson({ cancelled: true, generation_id: id }),
};

/** Tasks for agents, one after another or several at once, each answered in frames of tokens. */
@UseFilters(SocketErrorFilter)
@WebSocketGateway(rawEndpoint('/ws/ai/stream', TASKS))
export class TaskGateway {
  constructor(
    @Inject(SocketCalls) private readonly calls: SocketCalls,
    @Inject(AppConfig) private readonly config: AppConfig,
  ) {}

  @SubscribeMessage('task')
  async begin(
    @ConnectedSocket() connection: WebSocketConnection,
    @MessageBody() message: Message,
  ): Promise<void> {
    // One token a frame, whatever the agent's own profile is.
    const terms = { dialect: 'frames', usualProfile: 'generic' };
    const begun = await this.calls.task(connection, message, terms);
    followAnswer(connection, begun, { frameText: this.config.streams.frameText });
  }

  @SubscribeMessage('cancel')
  cancel(@ConnectedSocket() connection: WebSocketConnection, @MessageBody() message: Message): Promise<void> {
    return cancelById(this.calls, connection, message.cancel);
  }
}
