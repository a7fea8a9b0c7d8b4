import type { ResponseHead } from './response-head.js';
import type { UpstreamFault } from './upstream-fault.js';

/** Hears one answer. After `end` or `fault` nothing more comes, and nothing at all after `abort`. */
export interface UpstreamHandler {
  head(status: number, headers: UpstreamHeaders): void;
  /** Body bytes as they were read; the buffer is only valid during the call. */
  data(chunk: Buffer): void;
  end(): void;
  fault(fault: UpstreamFault): void;
}

export type UpstreamHeaders = Pick<ResponseHead, 'get'>;

/** The connection that carries a call. */
export interface Carrier {
  drop(): void;
  pause(): void;
  resume(): void;
}

/** One request on its way. */
export class UpstreamCall {
  carrier: Carrier | undefined;
  private isPaused = false;

  constructor(private handler: UpstreamHandler | undefined) {}

  /** Whether nobody hears it any more. */
  get isOver(): boolean {
    return this.handler === undefined;
  }

  get paused(): boolean {
    return this.isPaused;
  }

  /** Closes the connection at once; the handler hears nothing more. */
  abort(): void {
    if (this.handler === undefined) return;
    this.handler = undefined;
    this.carrier?.drop();
  }

  pause(): void {
    this.isPaused = true;
    this.carrier?.pause();
  }

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    // Not at once: who resumes may be in the middle of a read of his own.
    queueMicrotask(() => {
      if (!this.isPaused) this.carrier?.resume();
    });
  }

  head(head: ResponseHead): void {
    this.handler?.head(head.status, head);
  }

  data(bytes: Buffer): void {
    this.handler?.data(bytes);
  }

  end(): void {
    const { handler } = this;
    this.handler = undefined;
    handler?.end();
  }

  fault(fault: UpstreamFault): void {
    const { handler } = this;
    this.handler = undefined;
    handler?.fault(fault);
  }
}
