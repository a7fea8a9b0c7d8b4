import type { FastifyReply, FastifyRequest } from 'fastify';

/** A request and what it is answered by. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}
