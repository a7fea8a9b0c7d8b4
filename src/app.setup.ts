import cors from '@fastify/cors';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { boundBodies } from './app.bodies.js';
import { checkHeads, guardRequests, sayOfEach } from './app.hooks.js';
import { takeEncrypted } from './app.encryption.js';
import { takeSigned } from './app.signatures.js';
import { AppModule, type Storage } from './app.module.js';
import { setUpApiDocs } from './app.docs.js';
import { declareRoutes, isChatRoute } from './app.routes.js';
import { SERVER_OPTIONS } from './app.server.js';
import { ErrorFilter } from './common/errors/error.filter.js';
import { AllowedHosts } from './common/http/allowed-hosts.js';
import { AllowedOrigins } from './common/http/allowed-origins.js';
import { clientErrorAnswerer } from './common/http/client-error.js';
import { corsOptions } from './common/http/cors.js';
import { EncryptedRequests } from './common/http/encrypted-requests.js';
import { Gatekeeper } from './common/http/gatekeeper.js';
import { tunnelRefuser } from './common/http/refuse-tunnel.js';
import { SignedRequests } from './common/http/signed-requests.js';
import { acceptJson } from './common/http/json-content.js';
import { requestIdOf } from './common/http/request-id.js';
import { RouteTable } from './common/http/route-table.js';
import { toHeaderSets } from './common/http/security-headers.js';
import { RequestValidationPipe } from './common/validation/request-validation.pipe.js';
import type { AppConfig } from './config/index.js';
import { LoadMonitor, shedLoad } from './infrastructure/load/index.js';
import { logRequests, PinoLogger } from './infrastructure/logging/index.js';
import { setUpLimits } from './modules/limits/index.js';
import { HybridWsAdapter } from './modules/realtime/index.js';

/** The application, ready to listen: what `main.ts` starts is what the tests test. */
export async function createApp(
  config: AppConfig,
  storage?: Storage,
  logger = new PinoLogger(config.logLevel),
): Promise<NestFastifyApplication> {
  const { http, identity } = config;
  const origins = new AllowedOrigins(http.corsOrigins);
  const headers = toHeaderSets(identity.issuer);
  const routes = new RouteTable();
  const errors = new ErrorFilter(routes);
  const adapter = new FastifyAdapter({
    bodyLimit: http.maxBodyBytes,
    clientErrorHandler: clientErrorAnswerer(headers.api),
    // What the router itself refuses, such as a malformed escape in the path: no hook has seen it.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      sayOfEach(request, reply, headers);
      errors.answer(error, request, reply);
    },
    genReqId: requestIdOf,
    keepAliveTimeout: SERVER_OPTIONS.keepAliveTimeout,
    requestTimeout: SERVER_OPTIONS.requestTimeout,
    // There is no Nest middleware, only hooks.
    skipMiddie: true,
    http: SERVER_OPTIONS,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, storage), adapter, {
    bodyParser: false,
    logger,
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  // What else may be expected than to go on is no concern of ours (RFC 9110, section 10.1.1).
  fastify.server.on('checkExpectation', (request, response) => fastify.routing(request, response));
  fastify.server.on('connect', tunnelRefuser(headers.api));
  declareRoutes(fastify, http, routes);
  logRequests(fastify, logger);
  checkHeads(fastify, headers, config.upstream.via);
  acceptJson(fastify);
  // Before the guard, so that a script may read why it was refused.
  await app.register(cors, corsOptions(http.corsOrigins));
  const gatekeeper = app.get(Gatekeeper);
  const signatures = app.get(SignedRequests);
  guardRequests(fastify, { gatekeeper, signatures }, origins);
  boundBodies(fastify, http);
  takeSigned(fastify, gatekeeper);
  takeEncrypted(fastify, app.get(EncryptedRequests));
  setUpLimits(app);
  shedLoad(fastify, app.get(LoadMonitor), isChatRoute);
  const hosts = new AllowedHosts(http.allowedHosts);
  app.useWebSocketAdapter(
    new HybridWsAdapter(app, { gatekeeper, headers: headers.api, hosts, origins, signatures }),
  );
  app.useGlobalFilters(errors);
  app.useGlobalPipes(new RequestValidationPipe());
  setUpApiDocs(app, config);
  return app;
}

export type { Storage };
