import type { IncomingMessage, Server } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerOptions } from 'socket.io';
import { foreignHost, type AllowedHosts } from '../../../common/http/allowed-hosts.js';
import { foreignOrigin, type AllowedOrigins } from '../../../common/http/allowed-origins.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { SignedRequests } from '../../../common/http/signed-requests.js';
import type { StreamingConfig } from '../../../config/index.js';
import type { ConnectionManager } from '../connections/connection-manager.js';
import { DEFLATE } from './deflate.js';
import { hasSession } from './upgrade-door.js';

/** As requests name it, without the slash at its end. */
export const SOCKET_IO_PATH = '/socket.io';

/** Who is connected and does not say in which namespace it wants to be. */
const CONNECT_TIMEOUT_MS = 5_000;

export function socketIoOptions({ websocket }: StreamingConfig): Partial<ServerOptions> {
  return {
    path: `${SOCKET_IO_PATH}/`,
    serveClient: false,
    // Others take upgrades as well.
    destroyUpgrade: false,
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
    if (!hosts.allows(raw)) throw foreignHost();
    if (!origins.allows(raw)) throw foreignOrigin();
    if (signatures.isSigned(raw)) throw unsignable();
    if (!hasSession(raw)) manager.requireRoom('socket.io');
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    endPathWithSlash(raw);
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

/** Engine.IO neither takes nor refuses what comes to its path without the slash. */
export function endPathWithSlash(request: IncomingMessage): void {
  request.url = request.url!.replace(/^\/socket\.io(?=\?|$)/, `${SOCKET_IO_PATH}/`);
}

/**
 * Engine.IO says what it thinks of other revisions only when it has taken the upgrade, in bytes that are no message of a
 * WebSocket. A session that is open has the revision it began with.
 */
export function requireRevision(request: IncomingMessage): void {
  if (hasSession(request) || /[?&]EIO=4(?:&|$)/.test(request.url!)) return;
  throw new GatewayError('invalid_request', 'Socket.IO refuses the upgrade: Unsupported protocol version.');
}

/** Its body is not read here, so nobody could tell whether the signature is good; and unsigned it was not meant to be. */
const unsignable = (): GatewayError =>
  new GatewayError(
    'signature_invalid',
    'Polls cannot be signed; sign the opening of a WebSocket, or show another credential.',
  );
