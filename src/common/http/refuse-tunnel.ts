import type { IncomingMessage } from 'node:http';
import { type HttpSocket, toRawRefusal } from './raw-refusal.js';
import { type Headers, toHeadLines } from './security-headers.js';

/** Answers CONNECT, which is for proxies (RFC 9110, section 9.3.6), in OpenAI's form, and closes. */
export function tunnelRefuser(headers: Headers): (request: IncomingMessage, socket: HttpSocket) => void {
  const lines = `${toHeadLines(headers)}Allow: \r\n`;
  return (_request, socket) => {
    // HTTP has let go of the connection, and listens no more.
    socket.on('error', () => socket.destroy());
    // Never into the middle of another answer.
    if (socket._httpMessage != null) return void socket.destroy();
    socket.once('finish', () => socket.destroy());
    socket.end(toRawRefusal('method_not_allowed', 'This is no proxy: nothing here takes CONNECT.', lines));
  };
}
