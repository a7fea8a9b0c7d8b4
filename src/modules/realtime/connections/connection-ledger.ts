import { Injectable } from '@nestjs/common';
import { Delivery, type Transport } from './delivery.js';
import { LatencyTally } from './latency-tally.js';

export type SlowClientPolicy = 'close' | 'coalesce' | 'pause';

/** What is told to those who count. */
export interface LedgerListener {
  opened(transport: Transport): void;
  refused(transport: Transport, reason: string): void;
  closed(transport: Transport, isClean: boolean): void;
  failed(transport: Transport, reason: string): void;
  slowClient(policy: SlowClientPolicy): void;
  delivered(transport: Transport, ms: number): void;
  sent(transport: Transport, type: string, count: number): void;
}

/** Books of connections and of what was sent on them. The figures are shares of what was counted, never estimates. */
@Injectable()
export class ConnectionLedger {
  readonly active: Record<Transport, number> = { websocket: 0, 'socket.io': 0, sse: 0 };
  readonly deliveries: Readonly<Record<Transport, Delivery>> = {
    websocket: new Delivery(),
    'socket.io': new Delivery(),
    sse: new Delivery(),
  };
  /** From writing a message to its being taken by the socket, of all kinds. */
  readonly latency = new LatencyTally();
  readonly errors = new Map<string, number>();
  total = 0;
  peak = 0;
  private closedCount = 0;
  private cleanCount = 0;
  private listener: LedgerListener | undefined;

  listen(listener: LedgerListener): void {
    this.listener = listener;
  }

  opened(transport: Transport): void {
    this.active[transport]++;
    this.total++;
    const { active } = this;
    this.peak = Math.max(this.peak, active.websocket + active['socket.io'] + active.sse);
    this.listener?.opened(transport);
  }

  refused(transport: Transport, reason: string): void {
    this.listener?.refused(transport, reason);
  }

  closed(transport: Transport, isClean: boolean): void {
    this.active[transport]--;
    this.closedCount++;
    if (isClean) this.cleanCount++;
    this.listener?.closed(transport, isClean);
    if (!isClean) this.failed(transport, 'connection_lost');
  }

  failed(transport: Transport, reason: string): void {
    this.errors.set(reason, (this.errors.get(reason) ?? 0) + 1);
    this.listener?.failed(transport, reason);
  }

  slowClient(policy: SlowClientPolicy): void {
    this.listener?.slowClient(policy);
  }

  sent(transport: Transport, type: string, count: number): void {
    this.deliveries[transport].attempted += count;
    this.listener?.sent(transport, type, count);
  }

  /** The socket has taken `count` messages, so long after they were written. Not to be called before it has. */
  delivered(transport: Transport, count: number, ms: number): void {
    this.deliveries[transport].delivered += count;
    this.latency.add(ms);
    this.listener?.delivered(transport, ms);
  }

  /** Percent of all closed connections that were closed by a farewell, not lost. */
  get stability(): number {
    return this.closedCount === 0 ? 100 : (100 * this.cleanCount) / this.closedCount;
  }
}
