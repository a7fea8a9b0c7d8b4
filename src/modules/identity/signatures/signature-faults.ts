import { GatewayError } from '../../../common/errors/gateway.error.js';

/** One text for a bad signature and for a key that is not there: who asks learns nothing of which it was. */
export const signatureInvalid = () =>
  new GatewayError('signature_invalid', 'The signature is not of this request by a key that is known.');

export const timestampOutOfRange = () =>
  new GatewayError(
    'timestamp_out_of_range',
    'The signature was made too long ago, or is not yet, or names no time in seconds.',
  );

export const replayed = () => new GatewayError('replay', 'The nonce of this signature has been used before.');

/** What is missing or said twice. */
export const malformedSignature = (message: string, param: string) =>
  new GatewayError('invalid_request', message, { param });

export const malformedNonce = (param: string) =>
  new GatewayError(
    'invalid_value',
    `${param} must be 16 to 128 characters of A-Z, a-z, 0-9 and - . _ ~ + / =`,
    { param },
  );
