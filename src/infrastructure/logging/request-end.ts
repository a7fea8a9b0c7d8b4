import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** What is known when a request is over. Nothing in it was chosen by the caller but a harmless id. */
export interface RequestEnd {
  readonly id: string;
  readonly method: string;
  /** The route as declared, never the raw URL; `unmatched` where there is none. */
  readonly route: string;
  readonly status: number;
  readonly durationMs: number;
  /** The client left before it had all of the answer. */
  readonly aborted: boolean;
  /** The generation this request began. */
  readonly generation: string | undefined;
}

type Listener = (end: RequestEnd) => void;

/** What nginx calls a client that left before there was a status. */
const CLIENT_GONE = 499;

const listenersOf = new WeakMap<FastifyInstance, Listener[]>();

/**
 * Calls back once after every request, streamed ones and those whose client left included. The first call for an
 * instance must come before its routes.
 */
export function onRequestEnd(fastify: FastifyInstance, listener: Listener): void {
  const known = listenersOf.get(fastify);
  if (known !== undefined) {
    known.push(listener);
    return;
  }
  const listeners = [listener];
  listenersOf.set(fastify, listeners);
  // Fastify's `onResponse` keeps silent when the client leaves first; the response always closes, and does so once. What
  // `once` puts around a listener is kept among the old objects, and with it all that a request has left behind.
  fastify.addHook('onRequest', (request, reply, done) => {
    const startedAt = performance.now();
    reply.raw.on('close', () => {
      const end = toRequestEnd(request, reply, startedAt);
      for (const tell of listeners) tell(end);
    });
    done();
  });
}

function toRequestEnd(request: FastifyRequest, reply: FastifyReply, startedAt: number): RequestEnd {
  const { raw } = reply;
  const generation = reply.getHeader('x-generation-id');
  return {
    id: request.id,
    method: request.method,
    route: request.routeOptions.url ?? 'unmatched',
    status: raw.headersSent ? raw.statusCode : CLIENT_GONE,
    durationMs: performance.now() - startedAt,
    aborted: !raw.writableFinished,
    generation: typeof generation === 'string' ? generation : undefined,
  };
}
