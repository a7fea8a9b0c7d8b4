import type { FastifyRequest } from 'fastify';
import { endpointOf, headerOf, principalOf, routeOf, sessionOf } from '../../common/http/request-context.js';
import { GATEWAY_PSEUDONYM } from '../../common/http/gateway-pseudonym.js';
import type { Call, Caller, HttpCall, RouteTerms, Wishes } from './call.js';

/** The call that a request makes. */
export function toCall({ exchange, terms, body, agent }: HttpCall): Call {
  const { request } = exchange;
  const call: Call = { caller: callerOf(request), wishes: wishesOf(request), terms, body };
  if (agent !== undefined) call.agent = agent;
  return call;
}

export const callerOf = (request: FastifyRequest): Caller => ({
  principal: principalOf(request),
  requestId: request.id,
  route: routeOf(request),
  endpoint: endpointOf(request),
  userId: headerOf(request, 'x-user-id'),
  isPassedOn: headerOf(request, 'via')?.includes(GATEWAY_PSEUDONYM),
  session: sessionOf(request),
});

/** Whether events say where a reader may come back to. */
export const isResumable = (request: FastifyRequest, { resumable }: RouteTerms): boolean =>
  resumable === true || request.headers['x-stream-resume'] === '1';

export function wishesOf(request: FastifyRequest): Wishes {
  const query = request.query as Record<string, string | undefined>;
  return {
    agent: headerOf(request, 'x-p8-agent'),
    profile: headerOf(request, 'x-stream-profile') ?? query.profile,
    dialect: headerOf(request, 'x-stream-dialect') ?? query.dialect,
    tuning: query,
    onDisconnect: headerOf(request, 'x-on-disconnect'),
  };
}
