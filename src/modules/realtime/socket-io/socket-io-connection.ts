import type { Socket } from 'socket.io';
import type { GatewayError } from '../../../common/errors/gateway.error.js';
import { toOpenAiError } from '../../../common/errors/render-error.js';
import type { Principal } from '../../../contracts/principal.js';
import { fromWireBytes, toWireJson, type WireText } from '../../../contracts/wire-text.js';
import { CLOSE, type CloseCode } from '../connections/close-code.js';
import type { ConnectionLedger } from '../connections/connection-ledger.js';
import type { ConnectionManager } from '../connections/connection-manager.js';
import type { ServerToClientEvents } from './client-events.js';
import { LiveConnection } from '../connections/live-connection.js';
import { EVENT } from './event-writer.js';

/** What may lie in our memory for one client before it counts as full. */
const FULL_BYTES = 64 * 1024;
/** After a farewell the other side gets this long to take it. */
const FAREWELL_MS = 5_000;
/** Ends of connections that were lost. */
const UNCLEAN: ReadonlySet<string> = new Set(['transport error', 'ping timeout', 'parse error']);

/** A client of Socket.IO, by whichever transport. The engine keeps what it cannot send yet; that is kept small. */
export class SocketIoConnection extends LiveConnection {
  /** Bytes since the engine last emptied its queue. */
  private queuedBytes = 0;
  private isClosing = false;

  constructor(
    readonly socket: Socket,
    principal: Principal,
    manager: ConnectionManager,
    private readonly ledger: ConnectionLedger,
  ) {
    super('socket.io', '/socket.io/', principal, manager);
    socket.conn.on('drain', () => this.onDrain());
    socket.on('disconnect', (reason) => {
      this.onClosed(!UNCLEAN.has(reason));
      // Who leaves the namespace has left: otherwise its transport would stay, and nobody would count it.
      socket.conn.close();
    });
    // Saying in which namespace it wants to be is a first word.
    this.hasSpoken = true;
  }

  /**
   * A disconnection by its own protocol would tell the client not to come back, so its transport is closed. It has no
   * close codes: who was too slow is told so by an event.
   */
  close(code: CloseCode, reason: string): void {
    if (this.isClosing) return;
    this.isClosing = true;
    if (code === CLOSE.overloaded) this.say('error', toOpenAiError({ code: 'slow_client', message: reason }));
    this.socket.conn.close();
    const timer = setTimeout(() => this.terminate(), FAREWELL_MS);
    this.socket.once('disconnect', () => clearTimeout(timer));
  }

  /** It has no close codes. */
  override expel(error: GatewayError): void {
    const { code, message } = error;
    this.say('error', toOpenAiError({ code, message }));
    super.expel(error);
  }

  terminate(): void {
    const { transport } = this.socket.conn;
    this.socket.conn.close(true);
    // The engine says goodbye even then, and waits for an answer.
    (transport as { socket?: { terminate(): void } }).socket?.terminate();
  }

  /** The engine has a heartbeat of its own. */
  beat(): void {}

  /** An event that belongs to no generation. */
  say<Name extends keyof ServerToClientEvents>(
    event: Name,
    payload: Parameters<ServerToClientEvents[Name]>[0],
  ): void {
    this.lastActivityAt = performance.now();
    const packet = toWireJson([event, payload]);
    this.queuedBytes += packet.length;
    this.write(`${EVENT}${packet}`, this.whenTaken(1));
    this.ledger.sent('socket.io', event, 1);
  }

  protected override transmit(frames: string): void {
    let count = 0;
    for (let from = 0; from < frames.length;) {
      const to = frames.indexOf('\n', from);
      const end = to === -1 ? frames.length : to;
      this.queuedBytes += end - from;
      count++;
      const isLast = end + 1 >= frames.length;
      this.write(frames.slice(from, end), isLast ? this.whenTaken(count) : undefined);
      from = end + 1;
    }
    this.ledger.sent('socket.io', 'chat_completion', count);
  }

  protected override get isFull(): boolean {
    return this.queuedBytes > FULL_BYTES;
  }

  private write(packet: WireText, taken: (() => void) | undefined): void {
    this.socket.conn.write(fromWireBytes(packet), { compress: true }, taken);
  }

  /** The engine calls back when its transport has written; what it still has when it closes has not left. */
  private whenTaken(count: number): () => void {
    const startedAt = performance.now();
    return () => this.ledger.delivered('socket.io', count, performance.now() - startedAt);
  }

  /** The engine has handed all to its transport, which takes no more before that is written. */
  private onDrain(): void {
    this.queuedBytes = 0;
    this.onRoom();
  }
}
