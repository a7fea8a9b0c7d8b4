import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { requestIdOf } from '../../../common/http/request-id.js';
import { challengeOf } from '../../../common/errors/challenge.js';
import { ERROR_CATALOGUE } from '../../../common/errors/error-catalogue.js';
import { renderError } from '../../../common/errors/render-error.js';
import { toGatewayError } from '../../../common/errors/to-gateway-error.js';
import { answerAndClose } from './answer-and-close.js';

/** Why, and what goes onto the answer besides. */
export interface Refusal {
  readonly error: unknown;
  /** Whole lines. */
  readonly headLines: string;
}

/** Answers an upgrade as an ordinary request would be answered, and closes. */
export function refuseUpgrade(request: IncomingMessage, socket: Socket, { error, headLines }: Refusal): void {
  const { code, message, param, retryAfterS } = toGatewayError(error);
  const { status } = ERROR_CATALOGUE[code];
  const challenge = challengeOf(code);
  const body = JSON.stringify(renderError(request.url ?? '/', { code, message, param }));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Error'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestIdOf(request)}`,
    'Connection: close',
    ...(retryAfterS === undefined ? [] : [`Retry-After: ${retryAfterS}`]),
    ...(challenge === undefined ? [] : [`WWW-Authenticate: ${challenge}`]),
  ];
  answerAndClose(socket, `${lines.join('\r\n')}\r\n${headLines}\r\n${body}`);
}
