import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { endpointOf } from '../../common/http/request-context.js';
import { AppConfig } from '../../config/index.js';
import { MeteredAllowances } from './allowance/metered-allowances.js';
import { Endpoints } from './places/endpoints.js';
import { limitRequests } from './rate/limit-requests.js';
import { RequestRates } from './rate/request-rates.js';

/** To be called behind what sets up the guard, and before routes are declared. */
export function setUpLimits(app: NestFastifyApplication): void {
  const { http } = app.get<AppConfig>(AppConfig);
  const allowances = app.get(MeteredAllowances);
  const fastify = app.getHttpAdapter().getInstance();
  app.get(Endpoints).watch(fastify);
  limitRequests(
    fastify,
    app.get(RequestRates),
    http,
    (request) =>
      request.principal && allowances.headersFor({ owner: request.principal, endpoint: endpointOf(request) }),
  );
}
