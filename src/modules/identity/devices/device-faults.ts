import { GatewayError } from '../../../common/errors/gateway.error.js';

/** One text for a wrong, a used and an old code, and for a wrong proof. */
export const verificationFailed = () =>
  new GatewayError(
    'verification_failed',
    'The code is wrong, used up or too old, or the proof is not by the key.',
  );

export const badKey = (param: string) =>
  new GatewayError(
    'invalid_value',
    `${param} must be an Ed25519 public key: 32 bytes in base64 or base64url, or PEM.`,
    { param },
  );

export const noSuchDevice = () => new GatewayError('not_found', 'No such device.', { param: 'id' });

/** Whom other issuers know has no account here to put devices and addresses to. */
export const noAccount = () =>
  new GatewayError('forbidden', 'Only who has an account of this gateway can do this.');
