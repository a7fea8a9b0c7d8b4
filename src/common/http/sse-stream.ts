import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply } from 'fastify';
import { endResponse } from './end-response.js';
import { GzippedBody, takesGzip } from './gzipped-body.js';
import { heartbeat, NO_PLACE } from './heartbeat.js';
import { onClientGone } from './on-client-gone.js';
import { requireClear } from './refuse-stream.js';

/** A client that takes nothing for this long is let go. */
const DRAIN_TIMEOUT_MS = 30_000;
/** After its last frame a client that does not read gets this long to take it. */
const FAREWELL_MS = 5_000;

/** Whether the connection is kept alive is left to Node: it knows what the client asked for. */
const SSE_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** What a HEAD is told of a stream: nothing is begun for it. */
export const sendSseHead = (reply: FastifyReply): void => void reply.headers(SSE_HEADERS).send();

type Taken = (error?: Error | null) => void;

export interface SseListener {
  /** Headers for this answer, asked for when they go out. */
  headers(): Record<string, string>;
  /** The status went out, or the client left before it could. */
  settled(): void;
  drained(): void;
  gone(): void;
  /** The client did not read for too long. Returns the last frame to offer it. */
  tooSlow(): string;
}

/**
 * Server-sent events on one response: owns headers, heartbeats, drain and close (WHATWG HTML, section 9.2). The status
 * goes out with the first frame, so that what fails before it can still be an HTTP error.
 */
export class SseStream {
  place = NO_PLACE;
  /** Heartbeat ticks without a write. */
  silentTicks = 0;
  private committedAlready = false;
  private closed = false;
  private drainTimer: NodeJS.Timeout | undefined;
  /** Whether chunks may be framed here: the head is on its way, on a connection that is ours alone. */
  private framesChunks = false;
  private gzipped: GzippedBody | undefined;
  private readonly raw: ServerResponse;
  private readonly stopListening: () => void;

  /** `compresses`: by gzip, when the client takes it. For events that are large and not in a hurry. */
  constructor(
    private readonly reply: FastifyReply,
    private readonly listener: SseListener,
    private readonly compresses = false,
  ) {
    requireClear(reply);
    this.raw = reply.raw;
    heartbeat.add(this);
    this.stopListening = onClientGone(reply, this.onClose);
  }

  get committed(): boolean {
    return this.committedAlready;
  }

  /**
   * Takes latin1 characters of UTF-8 bytes. False means full: wait for `drained`. `taken` is called when they have left
   * the process, with an error when they never will; not at all where nothing is written any more.
   */
  write(frames: string, taken?: Taken): boolean {
    if (this.closed) return true;
    this.commit();
    this.silentTicks = 0;
    if (this.hand(frames, taken)) return true;
    this.drainTimer ??= setTimeout(this.onTooSlow, DRAIN_TIMEOUT_MS);
    return false;
  }

  end(frames: string): void {
    if (this.closed) return;
    this.commit();
    this.close();
    if (this.gzipped === undefined) endResponse(this.raw, frames);
    else this.gzipped.end(frames);
  }

  /** Nothing was written and an HTTP error will be. */
  abandon(): void {
    this.close();
  }

  /** A comment line keeps proxies from cutting a silent connection. */
  ping(): void {
    if (this.drainTimer === undefined) this.write(': ping\n\n');
  }

  private hand(frames: string, taken?: Taken): boolean {
    if (this.gzipped !== undefined) return this.gzipped.write(frames, taken);
    return this.framesChunks ? this.writeChunk(frames, taken) : this.writeFirst(frames, taken);
  }

  /** Also whatever has no socket of its own yet, or is not chunked. */
  private writeFirst(frames: string, taken?: Taken): boolean {
    const { raw } = this;
    const hasRoom = raw.write(frames, 'latin1', taken);
    if (!hasRoom) this.awaitRoom(raw);
    this.framesChunks = raw.chunkedEncoding && raw.socket !== null;
    return hasRoom;
  }

  /** One chunk (RFC 9112, section 7.1) in one piece: Node writes its size, its data and two line ends one by one. */
  private writeChunk(frames: string, taken?: Taken): boolean {
    const socket = this.raw.socket!;
    const hasRoom = socket.write(`${frames.length.toString(16)}\r\n${frames}\r\n`, 'latin1', taken);
    if (!hasRoom) this.awaitRoom(socket);
    return hasRoom;
  }

  /** Several may write to one client, and it is full for all of them: that there is room again is said once. */
  private awaitRoom(full: ServerResponse | Socket): void {
    if (this.drainTimer === undefined) full.once('drain', this.onDrain);
  }

  private commit(): void {
    if (this.committedAlready) return;
    this.committedAlready = true;
    const { reply } = this;
    reply.hijack();
    reply.headers(this.listener.headers()).headers(SSE_HEADERS);
    if (this.compresses && takesGzip(reply.request.raw)) {
      reply.header('content-encoding', 'gzip').header('vary', varyingBy(reply, 'Accept-Encoding'));
      this.gzipped = new GzippedBody(this.raw, this.onDrain);
    }
    this.raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    this.listener.settled();
  }

  private close(): void {
    this.closed = true;
    clearTimeout(this.drainTimer);
    heartbeat.remove(this);
    this.stopListening();
    this.raw.off('drain', this.onDrain);
    this.raw.socket?.off('drain', this.onDrain);
  }

  private readonly onDrain = (): void => {
    clearTimeout(this.drainTimer);
    this.drainTimer = undefined;
    this.listener.drained();
  };

  private readonly onClose = (): void => {
    if (this.closed) return;
    this.close();
    if (!this.committedAlready) this.reply.hijack();
    this.listener.gone();
    this.listener.settled();
  };

  private readonly onTooSlow = (): void => {
    const { raw } = this;
    const farewell = this.listener.tooSlow();
    this.close();
    if (this.gzipped === undefined) raw.end(farewell, 'latin1');
    else this.gzipped.end(farewell);
    setTimeout(() => raw.destroy(), FAREWELL_MS).unref();
  };
}

const varyingBy = (reply: FastifyReply, header: string): string =>
  [reply.getHeader('vary'), header].filter((name) => name !== undefined).join(', ');
