import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { WireText } from '../../contracts/wire-text.js';
import './encrypted-requests.js';
import { endResponse } from './end-response.js';

/** Answers 200 with JSON that is ready, one byte to a character: past Fastify's serialisation, as streams are. */
export function sendWireJson(reply: FastifyReply, body: WireText): void {
  // What is encrypted goes the way on which that is done.
  if (reply.request.answerSeal !== undefined)
    return void reply
      .status(200)
      .header('content-type', 'application/json; charset=utf-8')
      .send(Buffer.from(body, 'latin1'));
  reply.hijack();
  reply.headers({ 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
  reply.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
  endResponse(reply.raw, body);
}
