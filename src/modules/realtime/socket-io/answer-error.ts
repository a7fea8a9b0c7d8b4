import type { Socket } from 'socket.io';
import type { GatewayError } from '../../../common/errors/gateway.error.js';
import { toOpenAiError } from '../../../common/errors/render-error.js';

/** Says an error where the client listens for it: in the answer it asked for, else as an event. */
export function answerError(
  client: Socket,
  ack: ((answer: unknown) => void) | undefined,
  { code, message, param }: GatewayError,
): void {
  const said = toOpenAiError({ code, message, param });
  if (ack === undefined) client.emit('error', said);
  else ack(said);
}
