import { GatewayError } from '../../../common/errors/gateway.error.js';

/** What only other replicas can know, while they cannot be asked. */
export const replicasUnknown = (cause: unknown): GatewayError =>
  new GatewayError('dependency_unavailable', 'The other replicas cannot be asked just now.', {
    retryAfterS: 1,
    cause,
  });
