import { UpstreamCall, type UpstreamHandler } from './upstream-call.js';
import { UpstreamConnection } from './upstream-connection.js';

export { UpstreamCall, type UpstreamHandler, type UpstreamHeaders } from './upstream-call.js';

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  /** Path below the client's base, beginning with `/`. */
  readonly path: string;
  /** Bytes, one to a character: `toWireJson` makes such. */
  readonly body?: string;
}

export interface UpstreamClientOptions {
  /** Origin and optional path prefix, such as `https://host/v1`. */
  readonly baseUrl: string;
  readonly connectTimeoutMs: number;
  /** How many connections stay open that carry nothing. No limit unless given. */
  readonly keptConnections?: number;
  readonly headers?: Record<string, string>;
}

/** RFC 9110, section 5.5. */
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const SWEEP_MS = 15_000;

/**
 * The one way out to an upstream: kept-alive connections to one origin that was configured, never named by a request.
 * Redirects are not followed, nothing is decompressed, and time is bounded by the caller, who aborts.
 */
export class UpstreamClient {
  private readonly origin: URL;
  private readonly prefix: string;
  /** The end of every request's head. */
  private readonly fields: string;
  private readonly open = new Set<UpstreamConnection>();
  /** Those that carry nothing; the one that was used last is used next. */
  private idle: UpstreamConnection[] = [];
  /** Runs while there are connections: a client without any holds nothing that had to be closed. */
  private sweep: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly options: UpstreamClientOptions) {
    this.origin = new URL(options.baseUrl);
    this.prefix = this.origin.pathname.replace(/\/+$/, '');
    this.fields = toFields({ host: this.origin.host, connection: 'keep-alive', ...options.headers });
  }

  /** Starts a request. Never throws: what goes wrong is `handler.fault`, and never before this returns. */
  send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const call = new UpstreamCall(handler);
    if (this.isClosed)
      queueMicrotask(() => call.fault({ kind: 'unreachable', detail: 'the client is closed' }));
    else (this.takeIdle() ?? this.connect()).carry(call, this.toBytes(request));
    return call;
  }

  /** Lets go of every connection, also of those in use. */
  close(): Promise<void> {
    this.isClosed = true;
    for (const connection of [...this.open]) connection.close();
    return Promise.resolve();
  }

  private toBytes({ method, path, body }: UpstreamRequest): string {
    const length = body === undefined && method === 'GET' ? '' : `content-length: ${body?.length ?? 0}\r\n`;
    return `${method} ${this.prefix}${path} HTTP/1.1\r\n${this.fields}${length}\r\n${body ?? ''}`;
  }

  private takeIdle(): UpstreamConnection | undefined {
    for (let taken = this.idle.pop(); taken !== undefined; taken = this.idle.pop()) {
      if (!taken.isStale(performance.now())) return taken;
      taken.close();
    }
    return undefined;
  }

  private connect(): UpstreamConnection {
    const connection = new UpstreamConnection(this.origin, this.options.connectTimeoutMs, {
      free: (freed) => this.keep(freed),
      closed: (gone) => {
        this.open.delete(gone);
        this.idle = this.idle.filter((other) => other !== gone);
        if (this.open.size === 0) this.stopSweep();
      },
    });
    this.open.add(connection);
    this.sweep ??= setInterval(() => this.closeIdle(), SWEEP_MS).unref();
    return connection;
  }

  private keep(freed: UpstreamConnection): void {
    if (this.idle.length < (this.options.keptConnections ?? Infinity)) this.idle.push(freed);
    else freed.close();
  }

  private stopSweep(): void {
    clearInterval(this.sweep);
    this.sweep = undefined;
  }

  private closeIdle(): void {
    const now = performance.now();
    for (const connection of [...this.idle]) if (connection.isStale(now)) connection.close();
  }
}

function toFields(headers: Record<string, string>): string {
  return Object.entries(headers)
    .map(([name, value]) => {
      if (!FIELD_VALUE.test(value))
        throw new Error(`The header ${name} for ${headers.host} has characters that no header may have.`);
      return `${name}: ${value}\r\n`;
    })
    .join('');
}
