import type { ErrorCode } from '../errors/error-catalogue.js';
import { type HttpSocket, toRawRefusal } from './raw-refusal.js';
import { type Headers, toHeadLines } from './security-headers.js';

const BY_CODE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The request headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time.'],
};

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
      socket.write(toRawRefusal(code, message, lines));
    }
    socket.destroySoon();
  };
}
