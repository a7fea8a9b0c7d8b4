import { STATUS_CODES } from 'node:http';
import { cut, joinsLines, type Split } from './byte-split.js';
import type { Gate } from './gate.js';
import type { RecordedRequest } from './recorded-request.js';
import { ConnectionGone, type UpstreamConnection } from './upstream-connection.js';

/** How the end of a body is told: chunks, a content-length (true or not), or the end of the connection. */
export type Framing = 'chunked' | 'until-close' | number;

/** One request and the pen for its answer, down to single bytes. Every wait ends with `ConnectionGone` when the client leaves. */
export class Exchange {
  /** Body bytes the kernel has taken so far. Stands still while the client does not read. */
  flushedBytes = 0;
  private unsentHead = Buffer.alloc(0);
  private pending: Buffer[] = [];
  private framing: Framing = 'chunked';
  private ended = false;

  constructor(
    readonly request: RecordedRequest,
    readonly connection: UpstreamConnection,
    private readonly split: Split,
  ) {}

  /** Resolves when the connection is closed, by whomever. */
  get closed(): Promise<UpstreamConnection> {
    return this.connection.closed;
  }

  /** Whether nothing more can be said: answered in full, or the connection is closed. */
  get isOver(): boolean {
    return this.ended || this.connection.state === 'closed';
  }

  /** Prepares status line and headers; they leave with the first body bytes, or by `flushHead`. */
  head(status: number, headers: Readonly<Record<string, string>> = {}, framing: Framing = 'chunked'): void {
    this.framing = framing;
    const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}`];
    for (const [name, value] of Object.entries({ ...headers, Date: new Date().toUTCString() }))
      lines.push(`${name}: ${value}`);
    if (framing === 'chunked') lines.push('Transfer-Encoding: chunked');
    else if (framing !== 'until-close') lines.push(`Content-Length: ${framing}`);
    if (this.closesAfter) lines.push('Connection: close');
    this.unsentHead = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  }

  /** Body bytes, cut as the fake's `split` says. */
  async write(body: string | Buffer): Promise<void> {
    this.pending.push(Buffer.from(body));
    if (!joinsLines(this.split)) await this.flush();
  }

  /** Sends the body bytes that are still collected. */
  async flush(): Promise<void> {
    const body = Buffer.concat(this.pending.splice(0));
    for (const piece of cut(body, this.split, this.flushedBytes)) {
      await this.raw(this.frame(piece));
      this.flushedBytes += piece.length;
    }
  }

  /** Sends status line and headers now. */
  async flushHead(): Promise<void> {
    await this.raw(Buffer.alloc(0));
  }

  /** Sends bytes as they are, after the head if that waits, past all framing. */
  async raw(bytes: string | Buffer): Promise<void> {
    const wire = Buffer.concat([this.unsentHead, Buffer.from(bytes)]);
    this.unsentHead = Buffer.alloc(0);
    const pieces = this.split === 'each-wire-byte' ? cut(wire, 'each-byte') : [wire];
    for (const piece of pieces) await this.connection.send(piece);
  }

  /** Sends what is collected and the end of the body. */
  async end(): Promise<void> {
    const last = this.framing === 'chunked' ? '0\r\n\r\n' : '';
    if (this.split === 'one-write') {
      const body = Buffer.concat(this.pending.splice(0));
      await this.raw(Buffer.concat([body.length > 0 ? this.frame(body) : body, Buffer.from(last)]));
      this.flushedBytes += body.length;
    } else {
      await this.flush();
      await this.raw(last);
    }
    this.ended = true;
    if (this.closesAfter) this.connection.end();
  }

  /** A whole answer. */
  async respond(
    status: number,
    headers: Readonly<Record<string, string>>,
    body: string | Buffer,
  ): Promise<void> {
    const bytes = Buffer.from(body);
    this.head(status, headers, bytes.length);
    if (this.request.method !== 'HEAD') await this.write(bytes);
    await this.end();
  }

  /** Sends what is collected and waits until the test opens the gate. */
  async hold(gate: Gate<Exchange>): Promise<void> {
    await this.flush();
    gate.arrive(this);
    await Promise.race([gate.opened, this.closed]);
    if (this.connection.state === 'closed') throw new ConnectionGone();
  }

  /** Sends what is collected and then FIN, without the end of the body. */
  async endEarly(): Promise<void> {
    await this.flush();
    this.connection.end();
  }

  /** Sends RST at once. */
  reset(): void {
    this.connection.reset();
  }

  private get closesAfter(): boolean {
    return this.framing === 'until-close' || this.request.headers.connection?.toLowerCase() === 'close';
  }

  private frame(piece: Buffer): Buffer {
    if (this.framing !== 'chunked') return piece;
    return Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]);
  }
}
