import type { SocketCalls } from '../inbound/socket-calls.js';
import type { WebSocketConnection } from './websocket-connection.js';

/** Stops a generation. A connection that follows it hears that as its end; any other is told that it is done. */
export async function cancelById(
  calls: SocketCalls,
  connection: WebSocketConnection,
  id: unknown,
): Promise<void> {
  const follows = [...connection.feeds].some(({ source }) => source.id === id);
  await calls.cancel(connection, id);
  if (!follows) connection.send(connection.protocol.cancelled(id as string, connection));
}
