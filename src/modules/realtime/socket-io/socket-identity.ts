import { Inject, Injectable } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { Gatekeeper, type ShownCredential } from '../../../common/http/gatekeeper.js';
import { identifyOpener } from '../../../common/http/identify-opener.js';
import { SignedRequests } from '../../../common/http/signed-requests.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { ANONYMOUS, type Principal } from '../../../contracts/principal.js';
import { ConnectionManager } from '../connections/connection-manager.js';

/** Who a client of Socket.IO is: known when it says in which namespace it wants to be. */
@Injectable()
export class SocketIdentity {
  private readonly principals = new WeakMap<Socket, Principal>();
  /** Transports in use. A client that asks twice in one breath would get two places for one. */
  private readonly joined = new WeakSet<Socket['conn']>();

  constructor(
    @Inject(Gatekeeper) private readonly gatekeeper: Gatekeeper,
    @Inject(SignedRequests) private readonly signatures: SignedRequests,
    @Inject(ConnectionManager) private readonly manager: ConnectionManager,
  ) {}

  /** What the client is told as `connect_error`, with the error's code as `data.code`; undefined lets it in. */
  async check(socket: Socket): Promise<Error | undefined> {
    if (this.joined.has(socket.conn)) {
      socket.conn.close();
      return new Error('One connection joins once.');
    }
    const { gatekeeper, signatures } = this;
    // Before anybody is asked: another packet may come meanwhile.
    this.joined.add(socket.conn);
    const caller = await identifyOpener(socket.request, { gatekeeper, signatures }, shownBy(socket));
    if (caller instanceof GatewayError) return this.refuse(socket, caller);
    const refusal = this.manager.refusalOf(caller);
    if (refusal !== undefined) return this.refuse(socket, refusal);
    this.principals.set(socket, caller);
    return undefined;
  }

  /** It may ask once more on the same transport. */
  private refuse({ conn }: Socket, { message, code }: GatewayError): Error {
    this.joined.delete(conn);
    return Object.assign(new Error(message), { data: { code } });
  }

  principalOf(socket: Socket): Principal {
    return this.principals.get(socket) ?? ANONYMOUS;
  }
}

/** What the client says of itself in its first packet. An empty text is what a page sends that has nothing. */
function shownBy({ handshake }: Socket): ShownCredential {
  const { token, ticket } = handshake.auth as Record<string, unknown>;
  return {
    ...(isSaid(token) && { token }),
    ...(isSaid(ticket) && { ticket }),
  };
}

const isSaid = (value: unknown): value is string => typeof value === 'string' && value !== '';
