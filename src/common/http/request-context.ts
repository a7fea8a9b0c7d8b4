import type { FastifyRequest } from 'fastify';
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

export const headerOf = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
};
