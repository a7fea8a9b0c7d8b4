import { connect as connectPlain, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { ResponseSyntaxError } from './response-head.js';
import { Found, ResponseParser } from './response-parser.js';
import type { Carrier, UpstreamCall } from './upstream-call.js';
import { toUpstreamFault, type UpstreamFault } from './upstream-fault.js';

const READ_BYTES = 64 * 1024;

/** What servers close sooner they announce, or nobody minds: the next request opens another. */
const MAX_IDLE_MS = 30_000;
/** A peer that died without a word is found out by TCP. */
const TCP_KEEP_ALIVE_MS = 60_000;

/** Every read of every connection goes here: what is read is taken or copied before the next read. */
const readMemory = Buffer.allocUnsafeSlow(READ_BYTES);

const CLOSED: UpstreamFault = { kind: 'unreachable', detail: 'the client is closed' };
const CUT_SHORT: UpstreamFault = { kind: 'broken', detail: 'the connection ended before the answer did' };

export interface ConnectionEvents {
  /** It may carry another call. */
  free(connection: UpstreamConnection): void;
  closed(connection: UpstreamConnection): void;
}

/** One kept-alive connection. Carries one call at a time, and reads on only while its call takes what was read. */
export class UpstreamConnection implements Carrier {
  private readonly socket: Socket;
  private connectTimer: NodeJS.Timeout | undefined;
  private call: UpstreamCall | undefined;
  private parser = new ResponseParser();
  /** Read, but not handed over, as the call was paused. */
  private held: Buffer | undefined;
  private hasEnded = false;
  /** On the clock of `performance.now()`, once it has been used. */
  idleUntil = 0;

  constructor(
    origin: URL,
    connectTimeoutMs: number,
    private readonly events: ConnectionEvents,
  ) {
    this.socket = open(origin, {
      buffer: readMemory,
      callback: (length) => {
        this.read(length);
        return true;
      },
    });
    const { socket } = this;
    this.connectTimer = setTimeout(() => {
      this.fail({ kind: 'unreachable', detail: `no connection within ${connectTimeoutMs} ms` });
    }, connectTimeoutMs);
    socket
      .setNoDelay(true)
      .setKeepAlive(true, TCP_KEEP_ALIVE_MS)
      .once(origin.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(this.connectTimer))
      .on('end', () => this.ended())
      .on('error', (error) => this.fail(toUpstreamFault(error)))
      .on('close', () => {
        this.fail(CUT_SHORT);
        this.events.closed(this);
      });
  }

  /** Whether it can still be written to, as far as one can know. */
  get isOpen(): boolean {
    return !this.hasEnded && !this.socket.destroyed;
  }

  /** Whether the other side may have had enough of waiting. */
  isStale(now: number): boolean {
    return !this.isOpen || this.idleUntil <= now;
  }

  /** Sends the bytes of a request, one to a character. */
  carry(call: UpstreamCall, request: string): void {
    this.call = call;
    call.carrier = this;
    this.socket.write(request, 'latin1');
  }

  drop(): void {
    this.call = undefined;
    this.held = undefined;
    clearTimeout(this.connectTimer);
    this.socket.destroy();
  }

  /** Ends whatever it carries. */
  close(): void {
    this.fail(CLOSED);
    this.drop();
  }

  pause(): void {
    // What has no head yet is not held back: until then there is nothing that could pile up.
    if (this.parser.head !== undefined) this.socket.pause();
  }

  resume(): void {
    const { held } = this;
    this.held = undefined;
    if (held !== undefined) {
      this.parser.give(held, held.length);
      this.handOver();
    }
    if (this.held !== undefined || this.call?.paused === true) return;
    if (this.hasEnded) this.ended();
    else this.socket.resume();
  }

  private read(length: number): void {
    // Nothing was asked for.
    if (this.call === undefined) return this.drop();
    const { held } = this;
    // TLS hands over all that it has decrypted, also to who has had enough.
    if (held !== undefined) this.held = Buffer.concat([held, readMemory.subarray(0, length)]);
    else {
      this.parser.give(readMemory, length);
      this.handOver();
    }
  }

  /** Hands over what was read until it is all taken, or the call is paused. */
  private handOver(): void {
    const { call, parser } = this;
    try {
      while (call !== undefined && this.call === call) {
        if (call.paused && parser.head !== undefined) return this.hold(parser.rest);
        const found = parser.step();
        if (found === Found.Nothing) return;
        if (found === Found.Head) call.head(parser.head!);
        else if (found === Found.Body) call.data(parser.body);
        else return this.finish(call);
      }
    } catch (error) {
      if (!(error instanceof ResponseSyntaxError)) throw error;
      this.fail({ kind: 'protocol', detail: error.message });
    }
  }

  private hold(rest: Buffer): void {
    this.held = Buffer.from(rest);
    this.socket.pause();
  }

  private finish(call: UpstreamCall): void {
    const { parser, socket } = this;
    const keptAliveMs =
      parser.isAllRead && this.isOpen && socket.writableLength === 0 ? parser.head!.keptAliveMs : 0;
    this.call = undefined;
    call.carrier = undefined;
    if (keptAliveMs > 0) {
      this.parser = new ResponseParser();
      // It may have been held back and let go on within the last read.
      if (socket.isPaused()) socket.resume();
      this.idleUntil = performance.now() + Math.min(keptAliveMs, MAX_IDLE_MS);
      this.events.free(this);
    } else socket.destroy();
    call.end();
  }

  /** The other side says nothing more. */
  private ended(): void {
    this.hasEnded = true;
    // The rest of the answer waits; its end is told after it.
    if (this.held !== undefined) return;
    const { call } = this;
    if (call !== undefined && this.parser.endsWithConnection) this.finish(call);
    else this.fail(CUT_SHORT);
  }

  private fail(fault: UpstreamFault): void {
    const { call } = this;
    this.drop();
    if (call === undefined) return;
    call.carrier = undefined;
    call.fault(fault);
  }
}

function open({ protocol, hostname, port }: URL, onread: OnReadOpts): Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'https:')
    return connectSecure({ host, port: Number(port || 443), servername: serverName(host), onread } as never);
  return connectPlain({ host, port: Number(port || 80), onread });
}

/** An address is no name (RFC 6066, section 3). */
const serverName = (host: string): string => (/^[\d.]+$|:/.test(host) ? '' : host);
