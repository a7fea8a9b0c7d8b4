import type { FastifyRequest } from 'fastify';

/** Where the streaming API is expected by its clients, when the gateway listens there too. */
const STREAMING_API_PORT = 9096;
export const STREAMING_API = 'streaming-api';

/** Whether a request means the streaming API: by the port it came to, the one it names, or in words. */
export function asksStreamingApi(request: Pick<FastifyRequest, 'query' | 'raw' | 'headers'>): boolean {
  const { profile } = request.query as { profile?: unknown };
  return (
    profile === STREAMING_API ||
    request.raw.socket.localPort === STREAMING_API_PORT ||
    (request.headers.host ?? '').endsWith(`:${STREAMING_API_PORT}`)
  );
}
