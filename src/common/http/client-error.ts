import type { Socket } from 'node:net';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import { ERROR_CATALOGUE, type ErrorCode } from '../errors/error-catalogue.js';
import { toOpenAiError } from '../errors/render-error.js';
import { requestIdOf } from './request-id.js';
import { type Headers, toHeadLines } from './security-headers.js';

const BY_CODE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The request headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time.'],
};

/** As Node keeps it: the answer that is being given on a connection. */
interface HttpSocket extends Socket {
  readonly _httpMessage?: Pick<ServerResponse, 'headersSent'> | null;
}

/** Answers what the HTTP parser refused, in OpenAI's form, and closes: nothing behind it is looked at. */
export function clientErrorAnswerer(
  headers: Headers,
): (error: NodeJS.ErrnoException, socket: HttpSocket) => void {
  const lines = toHeadLines(headers);
  return (error, socket) => {
    if (error.code === 'ECONNRESET' || socket.destroyed) return;
    // Never into the middle of another answer.
    if (socket.writable && socket._httpMessage?.headersSent !== true) {
      const [code, message] = BY_CODE[error.code ?? ''] ?? ['bad_http', 'The request is not valid HTTP.'];
      const { status } = ERROR_CATALOGUE[code];
      const body = JSON.stringify(toOpenAiError({ code, message }));
      socket.write(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
          `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${requestIdOf({ headers: {} })}\r\n` +
          `${lines}Connection: close\r\n\r\n${body}`,
      );
    }
    socket.destroySoon();
  };
}
