import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { POLICIES } from './app.policies.js';
import type { AccessPolicy } from './common/http/access-policy.js';
import { GatewayError } from './common/errors/gateway.error.js';
import type { RouteTable } from './common/http/route-table.js';
import { TrustedNetworks } from './common/http/trusted-networks.js';
import type { HttpConfig } from './config/index.js';
import { ANONYMOUS } from './contracts/principal.js';

/** Name and value of each header line. */
const MAX_RAW_HEADERS = 2 * 100;
const MAX_URL_LENGTH = 8 * 1024;
/** Routes that carry conversations, with images in them. */
const CHAT_ROUTE = /completions$|^\/v1\/agents\//;

/** Attaches to each route, as it is declared, what the table says of it. */
export function declareRoutes(fastify: FastifyInstance, http: HttpConfig, routes: RouteTable): void {
  fastify.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    for (const method of methods) routes.add(method, route.url);
    route.config = { ...route.config, policy: policyOf(route, methods) };
    if (CHAT_ROUTE.test(route.url)) route.bodyLimit = http.maxChatBodyBytes;
  });
}

/** The first look at each request: its head's size, its id, and whether its route's policy lets it in. */
export function guardRequests(fastify: FastifyInstance, http: HttpConfig): void {
  const networks = new TrustedNetworks(http.trustedNetworks);
  fastify.decorateRequest('principal', undefined);
  fastify.addHook(
    'onRequest',
    (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => {
      reply.raw.setHeader('x-request-id', request.id);
      reply.raw.setHeader('x-content-type-options', 'nosniff');
      reply.raw.setHeader('cache-control', 'no-store');
      done(refusal(request, networks, http.authRequireAll));
    },
  );
}

function refusal(
  request: FastifyRequest,
  networks: TrustedNetworks,
  requireAll: boolean,
): GatewayError | undefined {
  if (request.raw.rawHeaders.length > MAX_RAW_HEADERS)
    return new GatewayError('headers_too_large', 'More than 100 lines of headers.');
  if (request.url.length > MAX_URL_LENGTH)
    return new GatewayError('uri_too_long', 'The request target is longer than 8 KiB.');
  const policy = request.routeOptions.config.policy;
  // A path without a route has no policy; it is answered 404.
  if (policy === undefined || policy === 'pub') return undefined;
  if (!networks.isTrusted(request.raw) || (requireAll && policy === 'net')) {
    return new GatewayError('unauthorized', 'Authentication required. Please provide a valid Bearer token');
  }
  request.principal = ANONYMOUS;
  return undefined;
}

function policyOf({ url }: RouteOptions, methods: readonly string[]): AccessPolicy {
  const path = url.length > 1 && url.endsWith('/') ? url.slice(0, -1) : url;
  for (const method of methods) {
    // A HEAD is a GET without its body, and may be called by whom the GET may be.
    const policy = declaredFor(method === 'HEAD' ? 'GET' : method, path);
    if (policy !== undefined) return policy;
  }
  throw new Error(`The route ${methods.join('|')} ${url} has no access policy.`);
}

/** An entry that ends in `/*` also speaks for every route below it. */
function declaredFor(method: string, path: string): AccessPolicy | undefined {
  const exact = POLICIES[`${method} ${path}`];
  if (exact !== undefined) return exact;
  const above = Object.keys(POLICIES).find(
    (key) => key.endsWith('/*') && `${method} ${path}`.startsWith(key.slice(0, -1)),
  );
  return above === undefined ? undefined : POLICIES[above];
}
