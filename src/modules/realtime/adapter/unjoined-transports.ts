import type { Socket } from 'socket.io';
import type { WaitingRoom } from '../connections/connection-manager.js';

type Transport = Socket['conn'];

/** Clients join as soon as they are connected; for so long a slow one is waited for in any case. */
const PATIENCE_MS = 1_000;

/**
 * Transports of Socket.IO that are in no namespace: most have not yet said who they are. They hold places as
 * others do; where none is left, the one that has waited longest goes, so that abandoned ones keep nobody out.
 */
export class UnjoinedTransports implements WaitingRoom {
  /** Since when, the oldest first. */
  private readonly waiting = new Map<Transport, number>();

  constructor(private readonly now: () => number = () => performance.now()) {}

  get count(): number {
    return this.waiting.size;
  }

  /** One that has just connected, or has left its namespace and is not closed yet. */
  add(transport: Transport): void {
    if (transport.readyState === 'closed') return;
    this.waiting.set(transport, this.now());
    transport.once('close', () => this.waiting.delete(transport));
  }

  joined(transport: Transport): void {
    this.waiting.delete(transport);
  }

  makeRoom(): boolean {
    const [oldest] = this.waiting;
    if (oldest === undefined || this.now() - oldest[1] < PATIENCE_MS) return false;
    const [transport] = oldest;
    this.waiting.delete(transport);
    transport.close(true);
    return true;
  }
}
