import type { FastifyRequest } from 'fastify';

export const STREAMING_API = 'streaming-api';

/** Whether a request means the streaming API: by the port it came to, the one it names, or in words. */
export function asksStreamingApi(
  request: Pick<FastifyRequest, 'query' | 'raw' | 'headers'>,
  port: number,
): boolean {
  const { profile } = request.query as { profile?: unknown };
  return (
    profile === STREAMING_API ||
    request.raw.socket.localPort === port ||
    (request.headers.host ?? '').endsWith(`:${port}`)
  );
}
