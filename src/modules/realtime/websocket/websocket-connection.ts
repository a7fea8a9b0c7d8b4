import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import type { CloseCode } from '../connections/close-code.js';
import type { ConnectionLedger } from '../connections/connection-ledger.js';
import type { ConnectionManager } from '../connections/connection-manager.js';
import { LiveConnection } from '../connections/live-connection.js';
import type { MessageProtocol } from './message-protocol.js';

/** What may lie in our memory for one client before it counts as full. */
const FULL_BYTES = 64 * 1024;
/** After a farewell the other side gets this long to answer it. */
const FAREWELL_MS = 5_000;
/** Longest reason a close frame has room for (RFC 6455, section 5.5). */
const REASON_BYTES = 123;
/** The codes of connections that were not closed but lost, or closed by a fault of ours. */
const UNCLEAN: ReadonlySet<number> = new Set([1006, 1011]);

export interface WebSocketParts {
  readonly socket: WebSocket;
  /** What it travels on. */
  readonly stream: Socket;
  readonly path: string;
  readonly principal: Principal;
  readonly protocol: MessageProtocol;
}

/** A client on a plain WebSocket. `ws.send` never blocks: it is looked at what lies before it after each write. */
export class WebSocketConnection extends LiveConnection {
  readonly protocol: MessageProtocol;
  private readonly socket: WebSocket;
  private readonly stream: Socket;
  private isAnswering = true;
  private isClosing = false;

  constructor(
    { socket, stream, path, principal, protocol }: WebSocketParts,
    manager: ConnectionManager,
    private readonly ledger: ConnectionLedger,
  ) {
    super('websocket', path, principal, manager);
    this.protocol = protocol;
    this.socket = socket;
    this.stream = stream;
    socket.on('pong', () => (this.isAnswering = true));
    socket.on('close', (code) => this.onClosed(!UNCLEAN.has(code)));
    // What is wrong is in the close code; a message that is too large brings 1009.
    socket.on('error', (error: NodeJS.ErrnoException) => this.ledger.failed('websocket', reasonOf(error)));
  }

  onMessage(listener: (data: Buffer) => void): void {
    this.socket.on('message', (data: Buffer) => {
      // What comes behind our farewell is not for anybody any more.
      if (this.isClosing) return;
      this.isAnswering = true;
      this.heard();
      listener(data);
    });
  }

  /** Says an error in the words of its path. */
  say(error: GatewayError): void {
    this.ledger.failed('websocket', 'bad_message');
    this.send(this.protocol.error(error, this));
  }

  close(code: CloseCode, reason: string): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.socket.close(code, reason.slice(0, REASON_BYTES));
    const timer = setTimeout(() => this.socket.terminate(), FAREWELL_MS);
    this.socket.once('close', () => clearTimeout(timer));
  }

  terminate(): void {
    this.socket.terminate();
  }

  beat(): void {
    if (!this.isAnswering) {
      this.ledger.failed('websocket', 'no_pong');
      return this.terminate();
    }
    this.isAnswering = false;
    this.socket.ping();
  }

  protected override transmit(frames: string): void {
    const startedAt = performance.now();
    // Many small messages of one turn leave in one piece.
    this.stream.cork();
    let count = 0;
    for (let from = 0; from < frames.length; count++) {
      const to = frames.indexOf('\n', from);
      const end = to === -1 ? frames.length : to;
      const isLast = end + 1 >= frames.length;
      const message = Buffer.from(frames.slice(from, end), 'latin1');
      const sent = count + 1;
      this.socket.send(
        message,
        { binary: false },
        !isLast
          ? undefined
          : (error) => {
              if (error == null) this.ledger.delivered('websocket', sent, performance.now() - startedAt);
              this.onRoom();
            },
      );
      from = end + 1;
    }
    this.stream.uncork();
    this.ledger.sent('websocket', this.protocol.name, count);
  }

  protected override get isFull(): boolean {
    return this.socket.bufferedAmount > FULL_BYTES;
  }
}

const reasonOf = ({ code }: NodeJS.ErrnoException): string =>
  code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' ? 'too_large' : 'protocol';
