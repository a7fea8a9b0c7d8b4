import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import { parseJsonBody } from '../../../common/http/json-body.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { toGatewayError } from '../../../common/errors/to-gateway-error.js';
import { requireObject } from '../../../common/validation/request-validation.pipe.js';
import { CLOSE } from '../connections/close-code.js';
import { MessageRate } from '../connections/message-rate.js';
import type { WebSocketConnection } from '../websocket/websocket-connection.js';

/**
 * Brings what a client says to the `@SubscribeMessage` it is meant for. A message nobody understands is answered with an
 * error and the connection lives; a client that says too much at once loses it.
 */
export function deliverMessages(
  connection: WebSocketConnection,
  handlers: readonly MessageMappingProperties[],
  transform: (data: unknown) => Observable<unknown>,
  mostPerSecond: number,
): void {
  const rate = new MessageRate(mostPerSecond);
  const callbacks = new Map(handlers.map(({ message, callback }) => [message as string, callback]));
  connection.onMessage((data) => {
    if (!rate.take()) return connection.close(CLOSE.policy, 'too many messages');
    try {
      const message = requireObject(parseJsonBody(data)) as Record<string, unknown>;
      const name = connection.protocol.nameOf(message);
      const callback = name === undefined ? undefined : callbacks.get(name);
      if (callback === undefined) throw unknownMessage([...callbacks.keys()]);
      transform(callback(message)).subscribe();
    } catch (error) {
      connection.say(toGatewayError(error));
    }
  });
}

const unknownMessage = (names: readonly string[]): GatewayError =>
  new GatewayError('invalid_value', `No message of this type; there are ${names.join(', ')}.`, {
    param: 'type',
  });
