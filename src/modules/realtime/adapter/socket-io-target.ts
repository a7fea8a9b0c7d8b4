import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../../common/errors/gateway.error.js';

/** As requests name it, without the slash at its end. */
export const SOCKET_IO_PATH = '/socket.io';

type Target = Pick<IncomingMessage, 'url'>;

/**
 * Spells the path of a request that is Socket.IO's, however it was written, as Engine.IO compares it: what it does not
 * recognise it neither takes nor refuses.
 */
export function spellPath(request: Target): void {
  const target = request.url ?? '';
  const start = target.search(/[?#]/);
  request.url = `${SOCKET_IO_PATH}/${start === -1 ? '' : target.slice(start)}`;
}

/** Whether a connection of Socket.IO is carried on that is open already. */
export const hasSession = (request: Target): boolean => Boolean(parameterOf(request, 'sid'));

/**
 * Engine.IO says what it thinks of other revisions only when it has taken the upgrade, in bytes that are no message of a
 * WebSocket. A session that is open has the revision it began with.
 */
export function requireRevision(request: Target): void {
  if (hasSession(request) || parameterOf(request, 'EIO') === '4') return;
  throw new GatewayError('invalid_request', 'Socket.IO refuses the upgrade: Unsupported protocol version.');
}

/** As Engine.IO reads it: of several the last one counts, and behind a `#` there are none. */
const parameterOf = ({ url = '' }: Target, name: string): string | undefined =>
  new URL(url, 'http://localhost').searchParams.getAll(name).at(-1);
