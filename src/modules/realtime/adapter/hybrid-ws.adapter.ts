import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AbstractWsAdapter, type MessageMappingProperties } from '@nestjs/websockets';
import type { Observable } from 'rxjs';
import { Server as IoServer, type Socket as IoSocket } from 'socket.io';
import { WebSocketServer, type WebSocket } from 'ws';
import type { AllowedHosts } from '../../../common/http/allowed-hosts.js';
import type { AllowedOrigins } from '../../../common/http/allowed-origins.js';
import type { Gatekeeper } from '../../../common/http/gatekeeper.js';
import { type Headers, toHeadLines } from '../../../common/http/security-headers.js';
import type { SignedRequests } from '../../../common/http/signed-requests.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { Lifecycle } from '../../../common/lifecycle.js';
import { AppConfig, type StreamingConfig } from '../../../config/index.js';
import { ConnectionLedger } from '../connections/connection-ledger.js';
import { ConnectionManager } from '../connections/connection-manager.js';
import type { MessageProtocol, RawEndpoint } from '../websocket/message-protocol.js';
import { WebSocketConnection, type WebSocketParts } from '../websocket/websocket-connection.js';
import { boundPackets } from './bound-packets.js';
import { deliverEvents } from './deliver-events.js';
import { DEFLATE } from './deflate.js';
import { deliverMessages } from './deliver-messages.js';
import { refuseUpgrade } from './refuse-upgrade.js';
import { socketIoOptions, takePolls } from './socket-io-door.js';
import { requireRevision, SOCKET_IO_PATH, spellPath } from './socket-io-target.js';
import { UnjoinedTransports } from './unjoined-transports.js';
import { UpgradeDoor } from './upgrade-door.js';

/** What is left of connections when the gateway closes is cut after this. */
const GOODBYE_MS = 1_000;
const LOOK_EVERY_MS = 5;
/** Whoever asked for another one can ask again (RFC 6455, section 4.4). */
const SPOKEN_VERSIONS = 'Sec-WebSocket-Version: 13, 8\r\n';

/** As much of Engine.IO as its types do not tell. */
interface Engine {
  readonly ws: WebSocketServer;
  on(event: 'connection_error', listen: (refused: EngineRefusal) => void): void;
}

interface EngineRefusal {
  /** Polls have a response, upgrades have none. */
  readonly req: IncomingMessage & { readonly res?: unknown };
  readonly message: string;
}

type AnyServer = IoServer | WebSocketServer;
type AnyClient = IoSocket | WebSocketConnection;

export interface AdapterParts {
  readonly gatekeeper: Gatekeeper;
  /** What goes onto each answer. */
  readonly headers: Headers;
  readonly hosts: AllowedHosts;
  readonly origins: AllowedOrigins;
  readonly signatures: SignedRequests;
}

/**
 * Socket.IO and plain WebSocket gateways side by side on the gateway's own port: Nest takes one adapter. A gateway whose
 * options say `transport: 'raw'` has a path of its own; every other one belongs to Socket.IO. All upgrades come in
 * through one door.
 */
export class HybridWsAdapter extends AbstractWsAdapter {
  private readonly endpoints = new Map<string, WebSocketServer>();
  private readonly protocols = new Map<string, MessageProtocol>();
  /** Where Socket.IO listens. It never opens a port: what is let in is handed to it. */
  private readonly ioDoor: Server = createServer();
  private readonly door: UpgradeDoor;
  private readonly config: StreamingConfig;
  private readonly manager: ConnectionManager;
  private readonly ledger: ConnectionLedger;
  private readonly headLines: string;

  constructor(app: NestFastifyApplication, parts: AdapterParts) {
    super(app.getHttpServer());
    const config = app.get<AppConfig>(AppConfig);
    this.config = config.streaming;
    this.headLines = toHeadLines(parts.headers);
    this.manager = app.get(ConnectionManager);
    this.ledger = app.get(ConnectionLedger);
    const { enabled } = this.config.websocket;
    this.door = new UpgradeDoor(
      {
        ...parts,
        headLines: this.headLines,
        manager: this.manager,
        ledger: this.ledger,
        lifecycle: app.get(Lifecycle),
      },
      {
        isRaw: (path) => enabled && this.endpoints.has(path),
        isSocketIo: (path) => enabled && path === SOCKET_IO_PATH,
        admit: (request, upgrade) => {
          if (upgrade.path === SOCKET_IO_PATH) {
            requireRevision(request);
            spellPath(request);
            this.ioDoor.emit('upgrade', request, upgrade.socket, upgrade.head);
            return;
          }
          const server = this.endpoints.get(upgrade.path)!;
          server.handleUpgrade(request, upgrade.socket, upgrade.head, (socket) =>
            server.emit('connection', socket, upgrade),
          );
        },
      },
    );
    this.door.openOn(app.getHttpServer());
    if (enabled) takePolls(app, this.ioDoor, { ...parts, manager: this.manager });
  }

  override create(_port: number, options?: Partial<RawEndpoint>): AnyServer {
    if (options?.transport === 'raw') return this.createRaw(options as RawEndpoint);
    const io = new IoServer(this.ioDoor, socketIoOptions(this.config));
    this.refuseForEngine(io.engine as unknown as Engine);
    const { maxMessagesPerSecond } = this.config.websocket;
    const unjoined = new UnjoinedTransports();
    io.engine.on('connection', (conn: IoSocket['conn']) => {
      boundPackets(conn, maxMessagesPerSecond);
      unjoined.add(conn);
    });
    io.on('connection', (client) => {
      unjoined.joined(client.conn);
      client.once('disconnect', () => unjoined.add(client.conn));
    });
    this.manager.waiting = unjoined;
    return io;
  }

  override bindClientConnect(server: AnyServer, connect: (client: AnyClient) => void): void {
    if (server instanceof IoServer) server.on('connection', connect);
    else
      server.on('connection', (socket: WebSocket, parts: WebSocketParts) =>
        connect(this.take(socket, parts)),
      );
  }

  override bindMessageHandlers(
    client: AnyClient,
    handlers: MessageMappingProperties[],
    transform: (data: unknown) => Observable<unknown>,
  ): void {
    const { maxMessagesPerSecond } = this.config.websocket;
    if (client instanceof WebSocketConnection)
      deliverMessages(client, handlers, transform, maxMessagesPerSecond);
    else deliverEvents(client, handlers, transform);
  }

  override bindClientDisconnect(client: AnyClient, callback: () => void): void {
    if (client instanceof WebSocketConnection) client.onGone.add(callback);
    else client.once('disconnect', callback);
  }

  /** Called for every server when the application closes; by now no generation runs. */
  override async close(server: AnyServer): Promise<void> {
    await this.manager.untilQuiet(GOODBYE_MS);
    for (const connection of this.manager.all) connection.closeForRestart();
    if (server instanceof IoServer) await closeIo(server);
    else server.close();
  }

  override dispose(): Promise<void> {
    setTimeout(() => this.door.cut(), GOODBYE_MS).unref();
    return Promise.resolve();
  }

  private createRaw({ path, protocol, needs }: RawEndpoint): WebSocketServer {
    const { maxMessageBytes, compression } = this.config.websocket;
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: maxMessageBytes,
      perMessageDeflate: compression && DEFLATE,
      handleProtocols: chooseProtocol,
    });
    this.refuseMalformed(server);
    if (needs === undefined || this.config.channels[needs]) this.endpoints.set(path, server);
    this.protocols.set(path, protocol);
    return server;
  }

  private refuseMalformed(server: WebSocketServer): void {
    server.on('wsClientError', ({ message }, stream: Socket, request: IncomingMessage) => {
      const error = new GatewayError('invalid_request', `The WebSocket handshake failed: ${message}.`);
      refuseUpgrade(request, stream, { error, headLines: this.headLines + SPOKEN_VERSIONS });
    });
  }

  /** Its own refusals of upgrades would come without the headers that are on every answer. */
  private refuseForEngine(engine: Engine): void {
    this.refuseMalformed(engine.ws);
    engine.on('connection_error', ({ req, message }) => {
      if (req.res !== undefined) return;
      const error = new GatewayError('invalid_request', `Socket.IO refuses the upgrade: ${message}.`);
      refuseUpgrade(req, req.socket, { error, headLines: this.headLines });
    });
  }

  private take(socket: WebSocket, parts: Omit<WebSocketParts, 'socket' | 'protocol'>): WebSocketConnection {
    const protocol = this.protocols.get(parts.path)!;
    const connection = new WebSocketConnection({ ...parts, socket, protocol }, this.manager, this.ledger);
    this.manager.add(connection);
    return connection;
  }
}

/** What stands beside `bearer` is a credential, which is not said back (RFC 6455, section 4.2.2). */
const chooseProtocol = (offered: ReadonlySet<string>): string | false =>
  [...offered].find((protocol) => protocol.toLowerCase() === 'bearer') ?? [...offered][0] ?? false;

/**
 * Its own way to close tells clients never to come back, and throws away what they have not taken. So their transports
 * are closed before, each when it has sent all.
 */
async function closeIo(io: IoServer): Promise<void> {
  const { clients } = io.engine as unknown as { clients: Record<string, { close(): void }> };
  for (const client of Object.values(clients)) client.close();
  const until = performance.now() + GOODBYE_MS;
  while (io.engine.clientsCount > 0 && performance.now() < until) await passed(LOOK_EVERY_MS);
  await io.close();
}

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
