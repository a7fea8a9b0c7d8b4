import type { Socket } from 'node:net';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import { ERROR_CATALOGUE, type ErrorCode } from '../errors/error-catalogue.js';
import { toOpenAiError } from '../errors/render-error.js';
import { requestIdOf } from './request-id.js';

/** As Node keeps it: the answer that is being given on a connection. */
export interface HttpSocket extends Socket {
  readonly _httpMessage?: Pick<ServerResponse, 'headersSent'> | null;
}

/** A whole answer in OpenAI's form for what is no request, after which the connection closes. `headLines` have their ends. */
export function toRawRefusal(code: ErrorCode, message: string, headLines: string): string {
  const { status } = ERROR_CATALOGUE[code];
  const body = JSON.stringify(toOpenAiError({ code, message }));
  return (
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json; charset=utf-8\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nX-Request-Id: ${requestIdOf({ headers: {} })}\r\n` +
    `${headLines}Connection: close\r\n\r\n${body}`
  );
}
