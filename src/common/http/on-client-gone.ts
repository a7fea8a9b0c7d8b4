import type { FastifyReply } from 'fastify';

/**
 * Calls one time, when the client's connection is closed or because it was closed before. Returns how to stop listening. An
 * answer that waits behind another one on its connection (pipelining) has no socket yet and would never say `close`.
 */
export function onClientGone(reply: FastifyReply, leave: () => void): () => void {
  const { socket } = reply.request.raw;
  const closing = reply.raw.socket === null ? socket : reply.raw;
  let isOver = false;
  const stop = (): void => {
    isOver = true;
    closing.off('close', leaveOnce);
  };
  const leaveOnce = (): void => {
    if (isOver) return;
    stop();
    leave();
  };
  closing.on('close', leaveOnce);
  if (socket.destroyed) queueMicrotask(leaveOnce);
  return stop;
}
