import { randomUUID } from 'node:crypto';
import type { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { CLOSE, type CloseCode } from './close-code.js';
import type { ConnectionManager } from './connection-manager.js';
import type { GenerationFeed } from './generation-feed.js';

export type SocketTransport = 'websocket' | 'socket.io';

/** A client that takes nothing for this long is let go. */
const DRAIN_TIMEOUT_MS = 30_000;

/**
 * A client on a socket, however its messages travel. It may follow several generations at once; when it is full all of
 * them stop until it has room again.
 */
export abstract class LiveConnection {
  readonly id = randomUUID();
  readonly openedAt = new Date();
  /** When anything was last said by either side, pings left out. */
  lastActivityAt = performance.now();
  /** Whether the client has ever said anything. */
  hasSpoken = false;
  /** By the name of their channel. */
  readonly subscriptions = new Map<string, { onRoom(): void }>();
  /** Called once, when it is closed. */
  readonly onGone = new Set<() => void>();
  readonly feeds = new Set<GenerationFeed>();
  closed = false;
  /** As limits and usage name it: by the request that opened the connection. */
  readonly endpoint: string;
  private sequence = 0;
  private drainTimer: NodeJS.Timeout | undefined;
  /** Of the generation that was followed last, for a client that has to come back. */
  private resumeAt = '';

  constructor(
    readonly transport: SocketTransport,
    readonly path: string,
    readonly principal: Principal,
    protected readonly manager: ConnectionManager,
  ) {
    this.endpoint = `GET ${path}`;
  }

  /** Closes the connection; the other side is told why where its protocol can say so. */
  abstract close(code: CloseCode, reason: string): void;
  /** Closes it without waiting for the other side. */
  abstract terminate(): void;
  /** Whether the other side is still there: asked at each beat, answered at the next. */
  abstract beat(): void;
  /** Hands messages to the socket, one a line. */
  protected abstract transmit(frames: string): void;
  protected abstract get isFull(): boolean;

  /** Number of the next message on this connection, from 1. */
  readonly nextSequence = (): number => ++this.sequence;

  /** Takes wire text, one message a line. False means full: `onDrain` of the feeds says when there is room again. */
  send(frames: string): boolean {
    if (this.closed || frames === '') return true;
    this.lastActivityAt = performance.now();
    this.transmit(frames);
    if (!this.isFull) return true;
    this.drainTimer ??= setTimeout(this.onTooSlow, DRAIN_TIMEOUT_MS);
    return false;
  }

  /** Whether something waits that the client has not taken. */
  get isWaiting(): boolean {
    return this.drainTimer !== undefined;
  }

  /** The client has said something. */
  heard(): void {
    this.hasSpoken = true;
    this.lastActivityAt = performance.now();
  }

  /** Tells the client that its credential is good no more, and closes. */
  expel({ message }: GatewayError): void {
    this.close(CLOSE.unidentified, message);
  }

  feedEnded(feed: GenerationFeed): void {
    this.feeds.delete(feed);
    this.resumeAt = feed.resumeAt;
    if (this.manager.draining) this.closeForRestart();
  }

  /** Tells a client that follows nothing any more to come back, to another process or later. */
  closeForRestart(): void {
    if (this.feeds.size === 0) this.close(CLOSE.restart, this.resumeAt);
  }

  /** To be called once, when the connection is closed by whomever. */
  protected onClosed(isClean: boolean): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.drainTimer);
    this.drainTimer = undefined;
    for (const feed of this.feeds) feed.leave('client_gone');
    this.feeds.clear();
    for (const leave of this.onGone) leave();
    this.manager.remove(this, isClean);
  }

  /** To be called when the socket may have room again. */
  protected onRoom(): void {
    if (this.drainTimer === undefined || this.isFull) return;
    clearTimeout(this.drainTimer);
    this.drainTimer = undefined;
    for (const feed of this.feeds) feed.onDrain();
    for (const subscription of this.subscriptions.values()) subscription.onRoom();
  }

  private readonly onTooSlow = (): void => {
    this.manager.slowClient('close');
    // Each hears from its own end what became of it, should the client ever read again.
    for (const feed of this.feeds) this.transmit(feed.farewell());
    this.feeds.clear();
    this.close(CLOSE.overloaded, 'what was sent was not read in time');
  };
}
