import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../errors/gateway.error.js';
import { ANONYMOUS, type Principal } from '../../contracts/principal.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set once the route's policy has been decided. */
    principal: Principal | undefined;
  }
}

export const principalOf = (request: FastifyRequest): Principal => request.principal ?? ANONYMOUS;

/** The route as declared, never the raw URL. */
export const routeOf = (request: FastifyRequest): string => request.routeOptions.url ?? 'unknown';

/** Method and route, as limits and usage name where something was asked for. */
export const endpointOf = (request: FastifyRequest): string => `${request.method} ${routeOf(request)}`;

export const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};

const SESSION_CHARACTERS = 255;

/** The conversation that the caller's request continues, by the name the caller gave it. */
export function sessionOf(request: FastifyRequest): string | undefined {
  const session = headerOf(request, 'x-chat-session-id')?.trim();
  if (session === undefined || session === '') return undefined;
  if (session.length <= SESSION_CHARACTERS) return session;
  throw new GatewayError(
    'invalid_value',
    `X-Chat-Session-ID is longer than ${SESSION_CHARACTERS} characters.`,
  );
}
