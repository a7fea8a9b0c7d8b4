import { Pool } from 'undici';
import { createPooledConnection, type CarriedCall } from './pooled-connection.js';
import { toUpstreamFault, type UpstreamFault } from './upstream-fault.js';

/** Hears one answer. After `end` or `fault` nothing more comes, and nothing at all after `abort`. */
export interface UpstreamHandler {
  head(status: number, headers: UpstreamHeaders): void;
  /** Body bytes as they were read; the buffer is only valid during the call. */
  data(chunk: Buffer): void;
  end(): void;
  fault(fault: UpstreamFault): void;
}

export interface UpstreamRequest {
  readonly method: 'GET' | 'POST';
  /** Path below the client's base, beginning with `/`. */
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
}

export interface UpstreamClientOptions {
  /** Origin and optional path prefix, such as `https://host/v1`. */
  readonly baseUrl: string;
  readonly connectTimeoutMs: number;
  readonly headers?: Record<string, string>;
}

/**
 * The one way out to an upstream: a pool of kept-alive connections to one origin that was configured, never named by
 * a request. Redirects are not followed, nothing is decompressed, and time is bounded by the caller, who aborts.
 */
export class UpstreamClient {
  private readonly pool: Pool;
  private readonly prefix: string;

  constructor(private readonly options: UpstreamClientOptions) {
    const url = new URL(options.baseUrl);
    this.prefix = url.pathname.replace(/\/+$/, '');
    this.pool = new Pool(url.origin, {
      connect: { timeout: options.connectTimeoutMs },
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 30_000,
      pipelining: 1,
      factory: createPooledConnection,
    });
  }

  /** Starts a request. Never throws: what goes wrong is `handler.fault`. */
  send(request: UpstreamRequest, handler: UpstreamHandler): UpstreamCall {
    const call = new UpstreamCall(handler);
    this.pool.dispatch(
      {
        method: request.method,
        path: this.prefix + request.path,
        headers: { ...this.options.headers, ...request.headers },
        body: request.body ?? null,
      },
      call,
    );
    return call;
  }

  /** Lets go of every connection, also of those in use. */
  close(): Promise<void> {
    return this.pool.destroy();
  }
}

/** Response headers, looked up without building an object for each answer. */
export class UpstreamHeaders {
  constructor(private readonly raw: readonly Buffer[]) {}

  get(name: string): string | undefined {
    for (let i = 0; i + 1 < this.raw.length; i += 2) {
      if (this.raw[i]!.toString('latin1').toLowerCase() === name) return this.raw[i + 1]!.toString('latin1');
    }
    return undefined;
  }
}

/** One request on its way. Implements undici's handler itself: one object a request, none a chunk. */
export class UpstreamCall implements CarriedCall {
  private handler: UpstreamHandler | undefined;
  private abortConnection: (() => void) | undefined;
  private resumeReading: (() => void) | undefined;
  private paused = false;
  private isEnding = false;

  constructor(handler: UpstreamHandler) {
    this.handler = handler;
  }

  /** Closes the connection at once; the handler hears nothing more. */
  abort(): void {
    if (this.handler === undefined) return;
    const abortConnection = this.abortConnection;
    // Let go first: undici reports the abort as an error while it still runs.
    this.release();
    abortConnection?.();
  }

  pause(): void {
    if (!this.isEnding) this.paused = true;
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    // Not at once: undici parses one answer at a time, and this may be called while it parses another.
    queueMicrotask(() => {
      if (!this.paused) this.resumeReading?.();
    });
  }

  /** @internal the connection */
  connectionEnds(): void {
    this.isEnding = true;
    this.paused = false;
    this.resumeReading?.();
  }

  /** @internal undici */
  onConnect(abort: () => void): void {
    if (this.handler === undefined) abort();
    else this.abortConnection = abort;
  }

  /** @internal undici */
  onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
    if (status < 200) return true;
    this.resumeReading = resume;
    this.handler?.head(status, new UpstreamHeaders(headers));
    return !this.paused;
  }

  /** @internal undici */
  onData(chunk: Buffer): boolean {
    this.handler?.data(chunk);
    return !this.paused;
  }

  /** @internal undici */
  onComplete(): void {
    const handler = this.handler;
    this.release();
    handler?.end();
  }

  /** @internal undici */
  onError(error: Error): void {
    const handler = this.handler;
    this.release();
    handler?.fault(toUpstreamFault(error));
  }

  /** These closures hold the request with its body, that is the prompt. */
  private release(): void {
    this.handler = undefined;
    this.abortConnection = undefined;
    this.resumeReading = undefined;
  }
}
