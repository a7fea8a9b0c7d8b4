import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppConfig } from '../../config/index.js';
import { MeteredAllowances } from './allowance/metered-allowances.js';
import { limitRequests } from './rate/limit-requests.js';
import { RequestRates } from './rate/request-rates.js';

/** To be called behind what sets up the guard. */
export function setUpLimits(app: NestFastifyApplication): void {
  const { http } = app.get<AppConfig>(AppConfig);
  const allowances = app.get(MeteredAllowances);
  limitRequests(
    app.getHttpAdapter().getInstance(),
    app.get(RequestRates),
    http,
    ({ principal }) => principal && allowances.headersFor(principal),
  );
}
