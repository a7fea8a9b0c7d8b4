import { ANONYMOUS } from '../../../../contracts/principal.js';
import type { ConnectionManager } from '../connection-manager.js';
import { LiveConnection } from '../live-connection.js';

/** A connection without a socket, which keeps what it was sent. */
export class SilentConnection extends LiveConnection {
  readonly sent: string[] = [];
  protected readonly isFull = false;

  constructor(manager = { remove: () => undefined } as unknown as ConnectionManager) {
    super('websocket', '/streaming/websocket', ANONYMOUS, manager);
  }

  close(): void {
    this.onClosed(true);
  }

  terminate(): void {
    this.onClosed(false);
  }

  beat(): void {}

  protected transmit(frames: string): void {
    this.sent.push(frames);
  }
}
