import { Inject, Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { Gatekeeper } from '../../../common/http/gatekeeper.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';
import { ANONYMOUS, type Principal } from '../../../contracts/principal.js';

/** Who a client of Socket.IO is: known when it says in which namespace it wants to be. */
@Injectable()
export class SocketIdentity {
  private readonly gatekeeper: Gatekeeper;
  private readonly principals = new WeakMap<Socket, Principal>();
  /** Transports in use. A client that asks twice in one breath would get two places for one. */
  private readonly joined = new WeakSet<Socket['conn']>();

  constructor(@Inject(AppConfig) { http }: AppConfig) {
    this.gatekeeper = new Gatekeeper(http.trustedNetworks, http.authRequireAll);
  }

  /** What the client is told as `connect_error`, with the error's code as `data.code`; undefined lets it in. */
  check(socket: Socket): Error | undefined {
    if (this.joined.has(socket.conn)) {
      socket.conn.close();
      return new Error('One connection joins once.');
    }
    const caller = this.gatekeeper.identify(socket.request, 'net');
    if (caller instanceof GatewayError)
      return Object.assign(new Error(caller.message), { data: { code: caller.code } });
    this.principals.set(socket, caller);
    this.joined.add(socket.conn);
    return undefined;
  }

  principalOf(socket: Socket): Principal {
    return this.principals.get(socket) ?? ANONYMOUS;
  }
}
