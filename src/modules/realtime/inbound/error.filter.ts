import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { toGatewayError } from '../../../common/errors/to-gateway-error.js';
import { answerError } from '../socket-io/answer-error.js';
import { WebSocketConnection } from '../websocket/websocket-connection.js';

/** Says what a message led to, in the words of its socket. Faults of ours go to the log. */
@Catch()
export class SocketErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger('Sockets');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = toGatewayError(thrown);
    if (error.code === 'internal') this.logger.error({ err: error.cause }, error.message);
    const client: unknown = host.switchToWs().getClient();
    if (client instanceof WebSocketConnection) client.say(error);
    else answerError(client as Socket, host.getArgs().find(isAck), error);
  }
}

const isAck = (argument: unknown): argument is (answer: unknown) => void => typeof argument === 'function';
