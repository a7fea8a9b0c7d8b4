import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';

/** Headers that speak of the upgrade, and nothing else. */
const ABOUT_UPGRADES = new Set(['upgrade', 'http2-settings']);

export const offersWebSocket = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.toLowerCase() === 'websocket';

/**
 * Lets the server handle a request as if it had not asked for a protocol nobody speaks here: that is what a server does
 * with an upgrade it does not want (RFC 9110, section 7.8). Java's client asks for `h2c` each time.
 */
export function ignoreUpgrade(server: Server, request: IncomingMessage, socket: Socket, head: Buffer): void {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    const name = request.rawHeaders[index]!;
    const value = request.rawHeaders[index + 1]!;
    const lower = name.toLowerCase();
    if (ABOUT_UPGRADES.has(lower)) continue;
    const kept = lower === 'connection' ? withoutUpgrade(value) : value;
    if (kept !== '') lines.push(`${name}: ${kept}`);
  }
  // Node has let go of the connection; it is taken in again as one that has just come.
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}

const withoutUpgrade = (connection: string): string =>
  connection
    .split(',')
    .map((token) => token.trim())
    .filter((token) => !ABOUT_UPGRADES.has(token.toLowerCase()))
    .join(', ');
