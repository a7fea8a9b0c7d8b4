import { GatewayError } from '../../../common/errors/gateway.error.js';

/** Why a credential is not believed, in words that help its owner and nobody else. */
export const refused = (message = 'The credential is not valid.', cause?: unknown): GatewayError =>
  new GatewayError('unauthorized', message, { cause });

export const EXPIRED = 'The credential has expired.';
