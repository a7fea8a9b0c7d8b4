import type { Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerOptions } from 'socket.io';
import { WebSocketServer } from 'ws';
import { foreignHost, type AllowedHosts } from '../../../common/http/allowed-hosts.js';
import { foreignOrigin, type AllowedOrigins } from '../../../common/http/allowed-origins.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { SignedRequests } from '../../../common/http/signed-requests.js';
import type { StreamingConfig } from '../../../config/index.js';
import type { ConnectionManager } from '../connections/connection-manager.js';
import { DEFLATE } from './deflate.js';
import { hasSession, SOCKET_IO_PATH, spellPath } from './socket-io-target.js';

/** Who is connected and does not say in which namespace it wants to be. */
const CONNECT_TIMEOUT_MS = 5_000;

export function socketIoOptions({ websocket }: StreamingConfig): Partial<ServerOptions> {
  return {
    path: `${SOCKET_IO_PATH}/`,
    serveClient: false,
    // Others take upgrades as well.
    destroyUpgrade: false,
    // Its own copy of this keeps pongs without end for a client that pings and does not read.
    wsEngine: WebSocketServer,
    connectTimeout: CONNECT_TIMEOUT_MS,
    pingInterval: websocket.heartbeatMs,
    pingTimeout: websocket.heartbeatMs,
    maxHttpBufferSize: websocket.maxMessageBytes,
    perMessageDeflate: websocket.compression && DEFLATE,
    httpCompression: websocket.compression && { threshold: 1024 },
  };
}

export interface PollParts {
  readonly hosts: AllowedHosts;
  readonly origins: AllowedOrigins;
  readonly manager: ConnectionManager;
  readonly signatures: SignedRequests;
}

/**
 * Long-polling requests come in as every other request does, with the same looks at their heads, and are handed over
 * before anything reads their bodies.
 */
export function takePolls(
  app: NestFastifyApplication,
  door: Server,
  { hosts, origins, manager, signatures }: PollParts,
): void {
  const hand = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const { raw } = request;
    spellPath(raw);
    if (!hosts.allows(raw)) throw foreignHost();
    if (!origins.allows(raw)) throw foreignOrigin();
    if (signatures.isSigned(raw)) throw unsignable();
    if (!hasSession(raw)) manager.requireRoom('socket.io');
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    door.emit('request', raw, reply.raw);
    await Promise.resolve();
  };
  app
    .getHttpAdapter()
    .getInstance()
    .route({
      method: ['GET', 'POST'],
      url: `${SOCKET_IO_PATH}/`,
      onRequest: hand,
      handler: () => undefined,
    });
}

/** Its body is not read here, so nobody could tell whether the signature is good; and unsigned it was not meant to be. */
const unsignable = (): GatewayError =>
  new GatewayError(
    'signature_invalid',
    'Polls cannot be signed; sign the opening of a WebSocket, or show another credential.',
  );
