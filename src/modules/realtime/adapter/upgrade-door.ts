import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { foreignHost, type AllowedHosts } from '../../../common/http/allowed-hosts.js';
import { foreignOrigin, type AllowedOrigins } from '../../../common/http/allowed-origins.js';
import type { Verdict } from '../../../common/http/gatekeeper.js';
import { identifyOpener, type OpenerParts } from '../../../common/http/identify-opener.js';
import { ignoreUpgrade, offersWebSocket } from '../../../common/http/plain-upgrade.js';
import type { HttpSocket } from '../../../common/http/raw-refusal.js';
import { findHeadFault } from '../../../common/http/request-head.js';
import { ticketIn } from '../../../common/http/stream-ticket.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Lifecycle } from '../../../common/lifecycle.js';
import { ANONYMOUS, type Principal } from '../../../contracts/principal.js';
import type { ConnectionLedger } from '../connections/connection-ledger.js';
import type { ConnectionManager } from '../connections/connection-manager.js';
import type { SocketTransport } from '../connections/live-connection.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import { hasSession } from './socket-io-target.js';

const DRAINING_RETRY_S = 5;

/** An upgrade that was let in. */
export interface Upgrade {
  readonly path: string;
  readonly socket: Socket;
  readonly stream: Socket;
  readonly head: Buffer;
  readonly principal: Principal;
}

export interface DoorParts extends OpenerParts {
  /** What goes onto each answer that is written by hand. */
  readonly headLines: string;
  readonly hosts: AllowedHosts;
  readonly origins: AllowedOrigins;
  readonly manager: ConnectionManager;
  readonly ledger: ConnectionLedger;
  readonly lifecycle: Lifecycle;
}

/** What is behind the door. */
export interface Rooms {
  isRaw(path: string): boolean;
  isSocketIo(path: string): boolean;
  admit(request: IncomingMessage, upgrade: Upgrade): void;
}

/** Where every upgrade comes in. What is not let in gets an HTTP answer, and nothing behind the door hears of it. */
export class UpgradeDoor {
  /** All that came in and are not closed, let in or not. */
  private readonly sockets = new Set<Socket>();

  constructor(
    private readonly parts: DoorParts,
    private readonly rooms: Rooms,
  ) {}

  openOn(server: Server): void {
    server.on('upgrade', (request, socket: HttpSocket, head) => {
      // Never into the middle of another answer, which would hold up this one for ever.
      if (socket._httpMessage != null) return void socket.destroy();
      if (!offersWebSocket(request)) return ignoreUpgrade(server, request, socket, head);
      // Without a listener a client that resets now would end the process.
      socket.on('error', () => socket.destroy());
      // Also of one that is refused: a client that does not take its answer must not outlive us.
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
      const path = pathOf(request);
      const { headLines } = this.parts;
      const refuse = (error: unknown) => refuseUpgrade(request, socket, { error, headLines });
      const admit = (principal: Principal) => {
        if (!socket.destroyed) this.rooms.admit(request, { path, socket, stream: socket, head, principal });
      };
      try {
        const principal = this.check(request, path);
        if (principal instanceof Promise) principal.then(admit).catch(refuse);
        else admit(principal);
      } catch (error) {
        refuse(error);
      }
    });
  }

  /** Cuts what is still connected, whatever it waits for. */
  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private check(request: IncomingMessage, path: string): Principal | Promise<Principal> {
    const { hosts, origins, manager, lifecycle } = this.parts;
    const fault = findHeadFault(request);
    if (fault !== undefined) throw fault;
    const isSocketIo = this.rooms.isSocketIo(path);
    if (!isSocketIo && !this.rooms.isRaw(path)) throw new GatewayError('not_found', 'Nothing is here.');
    const transport = isSocketIo ? 'socket.io' : 'websocket';
    try {
      if (lifecycle.draining)
        throw new GatewayError('shutdown', 'The gateway is shutting down.', {
          retryAfterS: DRAINING_RETRY_S,
        });
      if (!hosts.allows(request)) throw foreignHost();
      if (!origins.allows(request)) throw foreignOrigin();
      // Socket.IO says who it is in its first packet.
      const verdict = isSocketIo ? ANONYMOUS : identifyOpener(request, this.parts, ticketIn(request));
      const admitted = (caller: Verdict) => {
        if (caller instanceof GatewayError) throw caller;
        if (!isSocketIo || !hasSession(request)) manager.requireRoom(transport);
        const refusal = manager.refusalOf(caller);
        if (refusal !== undefined) throw refusal;
        return caller;
      };
      if (!(verdict instanceof Promise)) return admitted(verdict);
      return verdict.then(admitted).catch((error: unknown) => this.refused(transport, error));
    } catch (error) {
      return this.refused(transport, error);
    }
  }

  private refused(transport: SocketTransport, error: unknown): never {
    if (error instanceof GatewayError && error.code !== 'server_busy')
      this.parts.ledger.refused(transport, error.code);
    throw error;
  }
}

/** Without query, and without the slash that some clients put at its end. */
export const pathOf = ({ url = '/' }: IncomingMessage): string => {
  const path = url.split('?', 1)[0]!;
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
};
