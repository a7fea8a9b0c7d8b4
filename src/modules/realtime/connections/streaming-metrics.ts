import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ConnectionLedger } from './connection-ledger.js';

const SECONDS = [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Tells Prometheus what the ledger counts. */
@Injectable()
export class StreamingMetrics {
  constructor(@Inject(Registry) registry: Registry, @Inject(ConnectionLedger) ledger: ConnectionLedger) {
    const registers = [registry];
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    const counter = (name: string, help: string, labelNames: string[]) =>
      new Counter({ name, help, labelNames, registers });

    const { active, deliveries } = ledger;
    gauge(
      'streaming_websocket_connections_active',
      'Open WebSocket and Socket.IO connections.',
      () => active.websocket + active['socket.io'],
    );
    gauge('streaming_sse_connections_active', 'Open connections below /streaming/sse.', () => active.sse);
    gauge(
      'streaming_connection_stability_ratio',
      'Connections that were closed, not lost, of all that are over; 1 while none is.',
      () => ledger.stability / 100,
    );
    new Gauge({
      name: 'streaming_delivery_ratio',
      help: 'Messages that were taken by sockets, of those that were to be sent; 1 without traffic.',
      labelNames: ['transport'],
      registers,
      collect() {
        for (const [transport, { percent }] of Object.entries(deliveries))
          this.set({ transport }, percent / 100);
      },
    });
    const connections = counter(
      'streaming_connections_total',
      'Connections that were opened or refused, by what became of them.',
      ['transport', 'result'],
    );
    const messages = counter('streaming_messages_sent_total', 'Messages to clients.', [
      'transport',
      'message_type',
    ]);
    const errors = counter('streaming_errors_total', 'What went wrong, by reason.', ['transport', 'reason']);
    const slow = counter(
      'stream_slow_client_total',
      'Clients that did not take what they were sent, by what became of it.',
      ['policy'],
    );
    const latency = new Histogram({
      name: 'streaming_message_latency_seconds',
      help: 'From writing a message to its being taken by the socket, of those that were.',
      labelNames: ['transport'],
      buckets: SECONDS,
      registers,
    });
    ledger.listen({
      opened: (transport) => connections.inc({ transport, result: 'opened' }),
      refused: (transport, result) => connections.inc({ transport, result }),
      closed: (transport, isClean) => connections.inc({ transport, result: isClean ? 'closed' : 'lost' }),
      failed: (transport, reason) => errors.inc({ transport, reason }),
      slowClient: (policy) => slow.inc({ policy }),
      delivered: (transport, ms) => latency.observe({ transport }, ms / 1000),
      sent: (transport, message_type, count) => messages.inc({ transport, message_type }, count),
    });
  }
}
