import cors from '@fastify/cors';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { declareRoutes, guardRequests } from './app.hooks.js';
import { AppModule, type Storage } from './app.module.js';
import { setUpApiDocs } from './app.docs.js';
import { SERVER_OPTIONS } from './app.server.js';
import { ErrorFilter } from './common/errors/error.filter.js';
import { answerClientError } from './common/http/client-error.js';
import { corsOptions } from './common/http/cors.js';
import { acceptJson } from './common/http/json-content.js';
import { requestIdOf } from './common/http/request-id.js';
import { RouteTable } from './common/http/route-table.js';
import { RequestValidationPipe } from './common/validation/request-validation.pipe.js';
import type { AppConfig } from './config/index.js';
import { PinoLogger } from './infrastructure/logging/pino-logger.js';

/** The application, ready to listen: what `main.ts` starts is what the tests test. */
export async function createApp(config: AppConfig, storage?: Storage): Promise<NestFastifyApplication> {
  const { http } = config;
  const routes = new RouteTable();
  const adapter = new FastifyAdapter({
    bodyLimit: http.maxBodyBytes,
    clientErrorHandler: answerClientError,
    genReqId: requestIdOf,
    keepAliveTimeout: SERVER_OPTIONS.keepAliveTimeout,
    requestTimeout: SERVER_OPTIONS.requestTimeout,
    http: SERVER_OPTIONS,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 1024 },
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(config, storage), adapter, {
    bodyParser: false,
    logger: new PinoLogger(config.logLevel),
    abortOnError: false,
  });
  const fastify = app.getHttpAdapter().getInstance();
  declareRoutes(fastify, http, routes);
  guardRequests(fastify, http);
  acceptJson(fastify);
  await app.register(cors, corsOptions(http.corsOrigins));
  app.useGlobalFilters(new ErrorFilter(routes));
  app.useGlobalPipes(new RequestValidationPipe());
  setUpApiDocs(app, config);
  return app;
}

export type { Storage };
