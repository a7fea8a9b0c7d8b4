import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TrustedNetworks } from '../../../common/http/trusted-networks.js';
import type { HttpConfig } from '../../../config/index.js';
import { callerAddress } from '../../../common/http/caller-address.js';
import type { RateCheck } from './local-rates.js';
import { rateHeaders, tooManyRequests } from './rate-headers.js';
import { isTrustedCaller } from './rate-rules.js';
import type { RequestRates } from './request-rates.js';
import type { RateAnswer } from './sliding-window.js';

/** Open to everybody, but not as often as anybody likes. Probes and documents are. */
const OPEN_AND_LIMITED = /^\/(api|oauth)\//;

/** What the caller has left besides requests. */
export type TokenHeaders = (request: FastifyRequest) => Readonly<Record<string, string>> | undefined;

/** To be registered behind the guard: callers who have shown a credential, and those of whom nothing is known, are counted. */
export function limitRequests(
  fastify: FastifyInstance,
  rates: RequestRates,
  http: HttpConfig,
  tokensOf: TokenHeaders,
): void {
  if (!rates.enabled) return;
  const networks = new TrustedNetworks(http.trustedNetworks);

  const checksFor = ({
    principal,
    raw,
    method,
    routeOptions,
  }: FastifyRequest): readonly RateCheck[] | undefined => {
    const { url, config } = routeOptions;
    if (url === undefined) return undefined;
    if (principal !== undefined)
      return isTrustedCaller(principal) ? undefined : rates.rules.forCaller(principal, `${method} ${url}`);
    if (config.policy !== 'pub' || method === 'OPTIONS' || !OPEN_AND_LIMITED.test(url)) return undefined;
    if (networks.isTrusted(raw) && !http.authRequireAll) return undefined;
    return rates.rules.forAddress(callerAddress(raw, networks), `${method} ${url}`);
  };

  const limit = (request: FastifyRequest, reply: FastifyReply, done: (refused?: Error) => void) => {
    const checks = checksFor(request);
    if (checks === undefined) return done();
    const answer = (its: RateAnswer) => done(say(reply, its, tokensOf(request)));
    const answered = rates.take(checks);
    if (answered instanceof Promise) void answered.then(answer);
    else answer(answered);
  };

  /** Callers who have only signed: who they are is known when the body has been taken in. */
  const unknownYet = new WeakSet<FastifyRequest>();
  fastify.addHook('onRequest', (request, reply, done) => {
    const { policy } = request.routeOptions.config;
    if (request.principal !== undefined || policy === undefined || policy === 'pub')
      return limit(request, reply, done);
    unknownYet.add(request);
    done();
  });
  fastify.addHook('preValidation', (request, reply, done) =>
    unknownYet.has(request) ? limit(request, reply, done) : done(),
  );
}

function say(reply: FastifyReply, answer: RateAnswer, tokens: Readonly<Record<string, string>> | undefined) {
  reply.headers(rateHeaders(answer));
  if (tokens !== undefined) reply.headers(tokens);
  return answer.allowed ? undefined : tooManyRequests(answer);
}
