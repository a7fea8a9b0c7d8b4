import type { Socket } from 'node:net';
import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import { MAKES_CREDENTIALS, POLICIES, SENSITIVE } from './app.policies.js';
import { requireSignature, startSigned } from './app.signatures.js';
import type { AccessPolicy } from './common/http/access-policy.js';
import { foreignOrigin, type AllowedOrigins } from './common/http/allowed-origins.js';
import { GatewayError } from './common/errors/gateway.error.js';
import { findHeadFault, findLoop } from './common/http/request-head.js';
import { ticketIn } from './common/http/stream-ticket.js';
import type { RouteTable } from './common/http/route-table.js';
import type { HeaderSets } from './common/http/security-headers.js';
import type { Gatekeeper, Verdict } from './common/http/gatekeeper.js';
import type { SignedRequests } from './common/http/signed-requests.js';
import type { HttpConfig } from './config/index.js';
import type { Principal } from './contracts/principal.js';

/** Routes that carry conversations with images in them, and many texts at a time. */
const CHAT_ROUTE =
  /completions$|\/responses$|\/input_tokens$|^\/v1\/agents\/|\/embed(?:dings)?$|^\/agent\/(?:stream|generate)$|^\/api\/v1\/ai\/(?:.+\/)?stream$|^\/workflow\/create$|^\/api\/coordinator\/(?:workflow|sequential|parallel|hierarchical)$|^\/api\/stream\/:agent$|^\/streaming\/sse\/chat$/;

/** What a GET begins or holds open here: a picture on any page could ask for it. */
const NO_PICTURES = /^\/agent\/stream$|^\/api\/stream\/:agent$|^\/streaming\/sse\//;

/** Of these the ones that begin a generation, which is more than to read. */
const BEGINS = /^\/agent\/stream$|^\/api\/stream\/:agent$|^\/streaming\/sse\/chat$/;

/** What browsers open as an EventSource, which sends no headers of theirs. */
const EVENT_SOURCES = /^\/v1\/generations\/:id\/stream$/;

/** What OAuth has as a form (RFC 6749, appendix B); registrations and what devices send are JSON. */
const FORMS = /^\/oauth\/(?!register$|device\/(?:register|verify|pair|api-key)$)/;

/** Pages for people, which load scripts and styles from here. */
const DOCUMENTATION = /^\/(?:docs|redoc)(?:\/|$)/;

export const isChatRoute = (route: string): boolean => CHAT_ROUTE.test(route);

/** Attaches to each route, as it is declared, what the table says of it. */
export function declareRoutes(fastify: FastifyInstance, http: HttpConfig, routes: RouteTable): void {
  fastify.addHook('onRoute', (route) => {
    const methods = Array.isArray(route.method) ? route.method : [route.method];
    for (const method of methods) routes.add(method, route.url);
    const keepsForeignPagesOut =
      NO_PICTURES.test(route.url) && (methods.includes('GET') || methods.includes('HEAD'));
    const sensitive = methods.some((method) => SENSITIVE.has(`${method} ${route.url}`));
    const makesCredentials = methods.some((method) => MAKES_CREDENTIALS.has(`${method} ${route.url}`));
    const takesTickets = keepsForeignPagesOut || EVENT_SOURCES.test(route.url);
    route.config = {
      ...route.config,
      policy: policyOf(route, methods),
      ...(BEGINS.test(route.url) && { scope: 'write' as const }),
      keepsForeignPagesOut,
      sensitive,
      makesCredentials,
      takesTickets,
      takesForms: FORMS.test(route.url),
      isPage: DOCUMENTATION.test(route.url),
    };
    if (isChatRoute(route.url)) route.bodyLimit = http.maxChatBodyBytes;
  });
}

/** The first look at each request: its id, and whether its head can be trusted to say where it ends. */
export function checkHeads(fastify: FastifyInstance, headers: HeaderSets, via: string): void {
  const condemned = new WeakSet<Socket>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    // What comes behind a bad head may be part of it: it is neither answered nor looked at.
    if (condemned.has(raw.socket)) return void reply.hijack();
    sayOfEach(request, reply, headers);
    const fault = findHeadFault(raw) ?? findLoop(raw, via);
    if (fault?.code === 'bad_http') condemned.add(raw.socket);
    done(fault);
  });
}

/** Headers of every answer. Kept by Fastify until they go out: Node's own `setHeader` looks at each of them twice. */
export function sayOfEach(
  { id, routeOptions }: FastifyRequest,
  reply: FastifyReply,
  { api, pages }: HeaderSets,
): void {
  reply
    .headers(routeOptions.config.isPage === true ? pages : api)
    .headers({ 'x-request-id': id, 'x-correlation-id': id });
}

/** Whether the page may ask, the route's policy lets the caller in, and then whether what is sent will be read at all. */
export function guardRequests(
  fastify: FastifyInstance,
  { gatekeeper, signatures }: { gatekeeper: Gatekeeper; signatures: SignedRequests },
  origins: AllowedOrigins,
): void {
  fastify.decorateRequest('principal', undefined);
  fastify.addHook('onRequest', (request, _reply, done) => {
    // Of what is sent to nothing no byte is looked at.
    if (request.is404) return done(excess(request) ?? new NotFoundException());
    const { keepsForeignPagesOut, takesTickets, policy, scope } = request.routeOptions.config;
    if (keepsForeignPagesOut === true && !origins.allowsGet(request.raw)) return done(foreignOrigin());
    if (policy === undefined || policy === 'pub') return done(excess(request));
    const admit = (caller: Verdict) => {
      if (caller instanceof GatewayError) return done(caller);
      request.principal = caller;
      done(requireOwnLogin(request, caller) ?? requireSignature(request, caller) ?? excess(request));
    };
    // Who has signed is known when the body has come.
    const start = startSigned(request, signatures, gatekeeper);
    if (start instanceof GatewayError) return done(start);
    const identify = () => {
      const ticket = takesTickets === true && request.method === 'GET' ? ticketIn(request.raw) : undefined;
      const verdict = gatekeeper.identify(request.raw, { policy, scope }, ticket);
      if (verdict instanceof Promise) void verdict.then(admit);
      else admit(verdict);
    };
    if (start === undefined) return identify();
    // No byte of a body is waited for by whom nobody knows.
    void request.signedRequest!.findObstacle().then((obstacle) => {
      if (obstacle !== undefined) done(obstacle);
      else if (start === 'alone') done(excess(request));
      else identify();
    });
  });
}

/** Who holds a key of somebody, or was let do something for them, must not make themselves independent of them. */
function requireOwnLogin(
  { routeOptions }: FastifyRequest,
  { credential }: Principal,
): GatewayError | undefined {
  if (routeOptions.config.makesCredentials !== true || credential === undefined) return undefined;
  if (credential.kind === 'api_key')
    return new GatewayError('forbidden', 'An API key makes no credentials; sign in for that.');
  if (credential.grant !== undefined)
    return new GatewayError('forbidden', 'An application makes no credentials for those who let it in.');
  return undefined;
}

/** Also where no body is read, as with GET: then it would be taken in only to be thrown away. */
function excess({ headers, routeOptions }: FastifyRequest): GatewayError | undefined {
  return Number(headers['content-length'] ?? 0) > routeOptions.bodyLimit
    ? new GatewayError('request_too_large', 'The body is larger than this route takes.')
    : undefined;
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

/** What the table says. An entry that ends in `/*` also speaks for every route below it. */
export function declaredFor(method: string, path: string): AccessPolicy | undefined {
  const exact = POLICIES[`${method} ${path}`];
  if (exact !== undefined) return exact;
  const above = Object.keys(POLICIES).find(
    (key) => key.endsWith('/*') && `${method} ${path}`.startsWith(key.slice(0, -1)),
  );
  return above === undefined ? undefined : POLICIES[above];
}
