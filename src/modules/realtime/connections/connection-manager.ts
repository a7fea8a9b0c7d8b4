import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { overOwnShare } from '../../../common/http/own-share.js';
import { AppConfig, type StreamingConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { IdentityWatch } from '../../identity/index.js';
import { CLOSE } from './close-code.js';
import { ConnectionLedger } from './connection-ledger.js';
import type { SocketTransport } from './live-connection.js';
import type { LiveConnection } from './live-connection.js';

const BUSY_RETRY_S = 5;
const LOOK_EVERY_MS = 5;

/** Those that hold places and are no connections yet. */
export interface WaitingRoom {
  readonly count: number;
  /** Sends one away that has waited for too long. Whether there was one. */
  makeRoom(): boolean;
}

/**
 * All open sockets: how many there may be, who still answers, who has been idle for too long, and their goodbye. One
 * timer for each of these, however many connections there are.
 */
@Injectable()
export class ConnectionManager implements OnModuleInit, OnModuleDestroy {
  private readonly connections = new Set<LiveConnection>();
  private readonly config: StreamingConfig;
  private readonly timers: NodeJS.Timeout[] = [];
  private isDraining = false;
  waiting: WaitingRoom = { count: 0, makeRoom: () => false };

  constructor(
    @Inject(AppConfig) { streaming }: AppConfig,
    @Inject(ConnectionLedger) private readonly ledger: ConnectionLedger,
    @Inject(IdentityWatch) private readonly watch: IdentityWatch,
  ) {
    this.config = streaming;
  }

  onModuleInit(): void {
    this.watch.watch(this);
    const { websocket, connections } = this.config;
    this.timers.push(
      setInterval(() => this.beat(), websocket.heartbeatMs).unref(),
      setInterval(() => this.sweep(), connections.cleanupMs).unref(),
    );
  }

  /** Who follows nothing is told to come back at once, the others when what they follow has ended. */
  onModuleDestroy(): void {
    this.isDraining = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const connection of this.connections) connection.closeForRestart();
  }

  get draining(): boolean {
    return this.isDraining;
  }

  get all(): Iterable<LiveConnection> {
    return this.connections;
  }

  get count(): number {
    return this.connections.size;
  }

  /** Throws where there is no room for one more. */
  requireRoom(transport: SocketTransport): void {
    const isFull = () => this.connections.size + this.waiting.count >= this.config.websocket.maxConnections;
    while (isFull() && this.waiting.makeRoom());
    if (!isFull()) return;
    this.ledger.refused(transport, 'full');
    throw new GatewayError('server_busy', 'There are as many connections as there may be.', {
      retryAfterS: BUSY_RETRY_S,
    });
  }

  /** Why this caller may not have another one; undefined lets them. */
  refusalOf(caller: Principal): GatewayError | undefined {
    const { maxConnectionsPerCaller: most } = this.config.websocket;
    return overOwnShare(caller, { most, held: this.connections });
  }

  /** Percent of the closed connections that were closed by a farewell, not lost; 100 while none was. */
  getConnectionStability(): number {
    return this.ledger.stability;
  }

  add(connection: LiveConnection): void {
    this.connections.add(connection);
    this.ledger.opened(connection.transport);
  }

  remove(connection: LiveConnection, isClean: boolean): void {
    if (this.connections.delete(connection)) this.ledger.closed(connection.transport, isClean);
  }

  slowClient(policy: 'close' | 'coalesce' | 'pause'): void {
    this.ledger.slowClient(policy);
  }

  /** Resolves when every client has heard the end of what it follows, or after a while. */
  async untilQuiet(withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    const isBusy = () => [...this.connections].some(({ feeds }) => feeds.size > 0);
    while (isBusy() && performance.now() < until) await passed(LOOK_EVERY_MS);
  }

  /** @internal also called by tests in place of the timer */
  beat(): void {
    for (const connection of this.connections) connection.beat();
  }

  /** @internal also called by tests in place of the timer */
  sweep(now = performance.now()): void {
    const { firstMessageTimeoutMs, maxIdleMs } = this.config.connections;
    for (const connection of this.connections) {
      const idleMs = now - connection.lastActivityAt;
      if (!connection.hasSpoken && idleMs >= firstMessageTimeoutMs)
        connection.close(CLOSE.saidNothing, 'nothing was said in time');
      else if (!isOccupied(connection) && idleMs >= maxIdleMs)
        connection.close(CLOSE.saidNothing, 'nothing was said for too long');
    }
  }
}

/** Whether it waits for something: an answer it follows, or news of a channel, which may be rare. */
const isOccupied = ({ feeds, subscriptions }: LiveConnection): boolean =>
  feeds.size > 0 || subscriptions.size > 0;

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
