import type { Socket } from 'node:net';
import { NotFoundException } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireSignature, startSigned } from './app.signatures.js';
import { foreignOrigin, type AllowedOrigins } from './common/http/allowed-origins.js';
import { GatewayError } from './common/errors/gateway.error.js';
import { findHeadFault, findLoop } from './common/http/request-head.js';
import { ticketIn } from './common/http/stream-ticket.js';
import type { HeaderSets } from './common/http/security-headers.js';
import type { Gatekeeper, Verdict } from './common/http/gatekeeper.js';
import type { SignedRequests } from './common/http/signed-requests.js';
import type { Principal } from './contracts/principal.js';

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
