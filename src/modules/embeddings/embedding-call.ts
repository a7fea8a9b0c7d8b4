import type { FastifyRequest } from 'fastify';
import type { CacheUse } from '../../common/http/cache-use.js';
import type { Principal } from '../../contracts/principal.js';
import { userOf } from '../../common/user-of.js';
import { endpointOf, headerOf, principalOf, routeOf } from '../../common/http/request-context.js';

/** One request for vectors, however its route spells it. */
export interface EmbeddingCall {
  readonly model: string;
  readonly inputs: readonly string[];
  readonly dimensions: number | undefined;
  readonly truncate: boolean | undefined;
  readonly keepAlive: string | number | undefined;
  readonly options: Readonly<Record<string, unknown>> | undefined;
  readonly cache: CacheUse;
  readonly caller: EmbeddingCaller;
}

export interface EmbeddingCaller {
  readonly owner: Principal;
  readonly userId: string;
  readonly route: string;
  /** Its method as well, as limits and usage name it. */
  readonly endpoint: string;
  readonly requestId: string;
}

export function toCaller(request: FastifyRequest, user?: string | null): EmbeddingCaller {
  const owner = principalOf(request);
  const [route, endpoint] = [routeOf(request), endpointOf(request)];
  return {
    owner,
    userId: userOf(owner, user, headerOf(request, 'x-user-id')),
    route,
    endpoint,
    requestId: request.id,
  };
}
