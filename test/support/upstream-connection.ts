import type { Socket } from 'node:net';
import { nextTurn } from './event-loop.js';

/** Thrown out of a script when the client has gone. The fake expects it; a script need not catch it. */
export class ConnectionGone extends Error {
  override readonly name = 'ConnectionGone';
}

/** One TCP connection a client opened to a fake, kept on record after its end. */
export class UpstreamConnection {
  readonly openedAt = performance.now();
  /** `performance.now()` of the moment the other side's end was noticed, or ours was made. */
  closedAt: number | undefined;
  closedBy: 'client' | 'fake' | undefined;
  /** Whether the client tore it down instead of ending it. */
  wasReset = false;
  /** Resolves with this connection once it is closed. */
  readonly closed: Promise<UpstreamConnection>;
  private markClosed!: (connection: UpstreamConnection) => void;

  constructor(
    readonly index: number,
    private readonly socket: Socket,
  ) {
    this.closed = new Promise((resolve) => (this.markClosed = resolve));
    socket.setNoDelay(true);
    socket.on('end', () => {
      this.close('client');
      // As Go does: a client that ends its side has left, whatever is still to be written.
      socket.destroy();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (this.closedBy === undefined) this.wasReset = error.code === 'ECONNRESET' || error.code === 'EPIPE';
      this.close('client');
    });
    socket.on('close', () => this.close('client'));
  }

  get state(): 'open' | 'closed' {
    return this.closedAt === undefined ? 'open' : 'closed';
  }

  /** Writes in one go and resolves when the kernel has taken it and the event loop has turned. */
  async send(bytes: Buffer): Promise<void> {
    if (this.state === 'closed') throw new ConnectionGone();
    await new Promise<void>((resolve, reject) => {
      this.socket.write(bytes, (error) => (error ? reject(new ConnectionGone()) : resolve()));
    });
    await nextTurn();
  }

  /** Sends FIN after what was written. */
  end(): void {
    this.close('fake');
    this.socket.end();
  }

  /** Sends RST: the other side's next read fails, and bytes it has not read yet may be lost. */
  reset(): void {
    this.close('fake');
    this.socket.resetAndDestroy();
  }

  /** Closes without ceremony. */
  destroy(): void {
    this.close('fake');
    this.socket.destroy();
  }

  private close(by: 'client' | 'fake'): void {
    if (this.closedAt !== undefined) return;
    this.closedAt = performance.now();
    this.closedBy = by;
    this.markClosed(this);
  }
}
