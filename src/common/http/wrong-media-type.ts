import type { FastifyRequest } from 'fastify';
import { GatewayError } from '../errors/gateway.error.js';

/** For a body of a type that the route does not take: names those it takes. */
export const wrongMediaType = ({ routeOptions }: Pick<FastifyRequest, 'routeOptions'>): GatewayError =>
  new GatewayError(
    'unsupported_media_type',
    routeOptions.config.takesForms === true
      ? 'The body must be application/x-www-form-urlencoded or application/json.'
      : 'The body must be application/json.',
  );
