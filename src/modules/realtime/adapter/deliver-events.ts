import type { MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import type { Socket } from 'socket.io';
import { requireSoundJson } from '../../../common/http/json-body.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { toGatewayError } from '../../../common/errors/to-gateway-error.js';
import { answerError } from '../socket-io/answer-error.js';

/** Brings the events of a Socket.IO client to the `@SubscribeMessage` of their name; what that returns is the answer. */
export function deliverEvents(
  client: Socket,
  handlers: readonly MessageMappingProperties[],
  transform: (data: unknown) => Observable<unknown>,
): void {
  const names = handlers.map(({ message }) => message as string);
  client.onAny((name: string, ...sent: unknown[]) => {
    if (!names.includes(name)) answerError(client, ackOf(sent), unknownEvent(names));
  });
  for (const { message, callback } of handlers) {
    client.on(message as string, (...sent: unknown[]) => {
      const ack = ackOf(sent);
      const said = sent[0] === ack ? undefined : sent[0];
      const answer = (answered: unknown) => {
        if (answered !== undefined) ack?.(answered);
      };
      try {
        requireSoundJson(said);
        transform(callback(said, ack)).subscribe(answer);
      } catch (error) {
        answerError(client, ack, toGatewayError(error));
      }
    });
  }
}

/** What the client gave to be called, where it wants an answer. */
const ackOf = (sent: readonly unknown[]): ((answer: unknown) => void) | undefined => {
  const last = sent.at(-1);
  return typeof last === 'function' ? (last as (answer: unknown) => void) : undefined;
};

const unknownEvent = (names: readonly string[]): GatewayError =>
  new GatewayError('invalid_value', `No event of this name; there are ${names.join(', ')}.`, {
    param: 'event',
  });
