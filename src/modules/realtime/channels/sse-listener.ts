import type { FastifyReply } from 'fastify';
import type { GatewayError } from '../../../common/errors/gateway.error.js';
import { SseStream } from '../../../common/http/sse-stream.js';
import type { Principal } from '../../../contracts/principal.js';
import type { WireText } from '../../../contracts/wire-text.js';
import type { ConnectionLedger } from '../connections/connection-ledger.js';
import { CHANNEL_KINDS, type ChannelName } from './channel.js';
import type { Listener, Subscription } from './subscription.js';

export interface SseListenerParts {
  readonly principal: Principal;
  readonly reply: FastifyReply;
  readonly retryMs: number;
  /** Whether a client that takes it gets its events compressed. */
  readonly compresses: boolean;
  readonly ledger: ConnectionLedger;
  /** It has left, or must go. */
  readonly gone: () => void;
}

/** A client of one channel by server-sent events. */
export class SseListener implements Listener {
  isWaiting = false;
  subscription: Subscription | undefined;
  readonly principal: Principal;
  private sequence = 0;
  private isOver = false;
  private readonly sse: SseStream;
  private readonly ledger: ConnectionLedger;

  constructor({ principal, reply, retryMs, compresses, ledger, gone }: SseListenerParts) {
    this.principal = principal;
    this.ledger = ledger;
    const leave = (isClean: boolean) => {
      if (this.isOver) return;
      this.isOver = true;
      ledger.closed('sse', isClean);
      gone();
    };
    const listener = {
      headers: () => ({}),
      settled: () => undefined,
      drained: () => {
        this.isWaiting = false;
        this.subscription?.onRoom();
      },
      gone: () => leave(true),
      tooSlow: () => {
        ledger.slowClient('close');
        leave(true);
        return '';
      },
    };
    this.sse = new SseStream(reply, listener, compresses);
    this.over = () => leave(true);
    ledger.opened('sse');
    // The status goes out at once: there may be nothing to say for long.
    this.write(`retry: ${retryMs}\n\n`);
  }

  private readonly over: () => void;

  nextSequence(): number {
    return ++this.sequence;
  }

  deliver(channel: ChannelName, message: WireText, sequence: number): void {
    const { messageType } = CHANNEL_KINDS[channel];
    this.ledger.sent('sse', messageType, 1);
    const startedAt = performance.now();
    this.write(`event: ${messageType}\nid: ${sequence}\ndata: ${message}\n\n`, (error) => {
      if (error == null) this.ledger.delivered('sse', 1, performance.now() - startedAt);
    });
  }

  keepAlive(): void {
    if (!this.isWaiting) this.write(': keep-alive\n\n');
  }

  drop(reason: string): void {
    this.end(`event: close\ndata: ${JSON.stringify({ reason })}\n\n`);
  }

  /** Whose credential is good no more. */
  expel({ message }: GatewayError): void {
    this.drop(message);
  }

  end(last = ''): void {
    if (this.isOver) return;
    this.over();
    this.sse.end(last);
  }

  slow(policy: 'close' | 'coalesce'): void {
    this.ledger.slowClient(policy);
  }

  private write(frames: string, taken?: (error?: Error | null) => void): void {
    this.isWaiting = !this.sse.write(frames, taken);
  }
}
