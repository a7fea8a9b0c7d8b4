import type { Socket } from 'node:net';

/**
 * Says the last on a socket, and closes both of its sides. HTTP has let go of it by then, and a server's sockets may be
 * half open: a client that keeps its side would keep it for ever.
 */
export function answerAndClose(socket: Socket, response: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(response);
}
