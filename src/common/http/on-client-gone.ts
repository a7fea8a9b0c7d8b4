import type { FastifyReply } from 'fastify';

/**
 * Calls once the client's connection is closed, also when that happened before. Returns how to stop listening. An
 * answer that waits behind another one on its connection (pipelining) has no socket yet and would never say `close`.
 */
export function onClientGone(reply: FastifyReply, leave: () => void): () => void {
  const { socket } = reply.request.raw;
  const closing = reply.raw.socket === null ? socket : reply.raw;
  closing.on('close', leave);
  if (socket.destroyed) queueMicrotask(leave);
  return () => void closing.off('close', leave);
}
