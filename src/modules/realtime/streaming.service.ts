import { Inject, Injectable } from '@nestjs/common';
import { Lifecycle } from '../../common/lifecycle.js';
import { AppConfig, type StreamingConfig } from '../../config/index.js';
import type { Principal } from '../../contracts/principal.js';
import { isOwn } from '../generation/index.js';
import { BackendDirectory } from '../models/index.js';
import { ConnectionLedger } from './connections/connection-ledger.js';
import { ConnectionManager } from './connections/connection-manager.js';
import type { LiveConnection } from './connections/live-connection.js';
import type { StreamingConnectionsDto, ConnectionDto } from './dto/streaming-connections.dto.js';
import type { StreamingMetricsDto, TransportFiguresDto } from './dto/streaming-metrics.dto.js';
import type { StreamingStatusDto } from './dto/streaming-status.dto.js';

const SERVICE = 'streaming-api';
const MOST_LISTED = 100;

/** How the streaming API is, who is connected, and how well it does. */
@Injectable()
export class StreamingService {
  private readonly config: StreamingConfig;

  constructor(
    @Inject(AppConfig) { streaming }: AppConfig,
    @Inject(ConnectionLedger) private readonly ledger: ConnectionLedger,
    @Inject(ConnectionManager) private readonly manager: ConnectionManager,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(BackendDirectory) private readonly backends: BackendDirectory,
  ) {
    this.config = streaming;
  }

  /** Percent of the messages to WebSocket and Socket.IO clients that left; 100 without traffic. */
  getWebsocketPerformance(): number {
    const { websocket, 'socket.io': socketIo } = this.ledger.deliveries;
    const attempted = websocket.attempted + socketIo.attempted;
    return attempted === 0 ? 100 : (100 * (websocket.delivered + socketIo.delivered)) / attempted;
  }

  status(): StreamingStatusDto {
    const { websocket, sse, channels } = this.config;
    return {
      service: SERVICE,
      status: this.lifecycle.draining ? 'draining' : 'running',
      capabilities: { ...channels, websocket: websocket.enabled, sse: sse.enabled },
      limits: {
        websocket_connections: websocket.maxConnections,
        sse_connections: sse.maxConnections,
        message_bytes: websocket.maxMessageBytes,
        messages_per_second: websocket.maxMessagesPerSecond,
      },
      connections: this.active,
      breakers: Object.fromEntries(
        this.backends.gates.map(({ backend, breaker }) => [backend.name, breaker.state]),
      ),
    };
  }

  /** How many there are is told to all; which ones, to those whose they are and to administrators of their tenant. */
  connections(caller: Principal): StreamingConnectionsDto {
    const { total, peak } = this.ledger;
    const own = [...this.manager.all].filter(({ principal }) => isOwn(principal, caller));
    const list = own.slice(0, MOST_LISTED).map(toConnectionDto);
    return { active: this.active, total, peak, list };
  }

  metrics(): StreamingMetricsDto {
    const { deliveries, latency, errors, stability } = this.ledger;
    const { websocket, 'socket.io': socketIo, sse } = deliveries;
    return {
      websocket: {
        connections: this.active.websocket,
        attempted: websocket.attempted + socketIo.attempted,
        delivered: websocket.delivered + socketIo.delivered,
        performance: this.getWebsocketPerformance(),
      },
      sse: { ...figuresOf(sse), connections: this.active.sse },
      latency_ms: {
        p50: latency.percentile(0.5),
        p95: latency.percentile(0.95),
        p99: latency.percentile(0.99),
      },
      stability,
      errors: Object.fromEntries(errors),
    };
  }

  private get active() {
    const { active } = this.ledger;
    return { websocket: active.websocket + active['socket.io'], sse: active.sse };
  }
}

const figuresOf = ({
  attempted,
  delivered,
  percent,
}: ConnectionLedger['deliveries']['sse']): Omit<TransportFiguresDto, 'connections'> => ({
  attempted,
  delivered,
  performance: percent,
});

const toConnectionDto = (connection: LiveConnection): ConnectionDto => ({
  id: connection.id,
  transport: connection.transport,
  path: connection.path,
  state: connection.isWaiting ? 'waiting' : 'open',
  opened_at: connection.openedAt.toISOString(),
  idle_seconds: Math.round(performance.now() - connection.lastActivityAt) / 1000,
  generations: connection.feeds.size,
  channels: [...connection.subscriptions.keys()],
});
