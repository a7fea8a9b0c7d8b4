import { GatewayError } from '../../common/errors/gateway.error.js';
import type { Failure } from '../../contracts/failure.js';
import { modelNotFound } from './model-router.js';

/** A call of a model that gave nothing, as an HTTP error. */
export function toHttpError(failure: Failure, model: string): GatewayError {
  if (failure.code === 'model_not_found') return modelNotFound(model);
  const retryAfterS =
    failure.retryAfterS ?? (failure.code === 'server_busy' || failure.code === 'shutdown' ? 1 : undefined);
  return new GatewayError(failure.code, failure.message, {
    param: failure.param,
    retryAfterS,
    cause: failure.detail,
  });
}
