import type { Socket } from 'node:net';
import { Client, type buildConnector, type Dispatcher, type Pool } from 'undici';

/** What a connection does with the call it carries. */
export interface CarriedCall {
  /** The other side has ended the connection: what is left of the answer cannot be held back any more. */
  connectionEnds(): void;
}

/**
 * One connection of a pool. undici 7 throws where nobody can catch it, and so takes the process down, when a
 * connection ends under a paused answer that is not kept alive (nodejs/undici#5360, mended in 8). So the answer goes on
 * before undici hears of the end, and a reset, after which nothing can go on, is told under another code than the one
 * for which undici would finish the answer.
 */
export function createPooledConnection(origin: URL, options: Pool.Options): Client {
  let carried: CarriedCall | undefined;
  const connect = options.connect as buildConnector.connector;
  const guard = (socket: Socket) =>
    socket
      .on('end', () => carried?.connectionEnds())
      .on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNRESET') error.code = 'UPSTREAM_RESET';
      });
  const client = new Client(origin, {
    ...options,
    connect: (target, callback) =>
      connect(target, (...[error, socket]) => {
        if (error === null) callback(null, guard(socket));
        else callback(error, null);
      }),
  });
  const dispatch = client.dispatch.bind(client);
  client.dispatch = (request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) => {
    carried = handler as CarriedCall;
    return dispatch(request, handler);
  };
  return client;
}
