import { GatewayError } from '../../../common/errors/gateway.error.js';

/** One text for all that can be wrong with the bytes: who tries learns nothing of which it was. */
export const unreadableBody = () =>
  new GatewayError(
    'invalid_value',
    'The body cannot be decrypted as one of this device for this method, path and query.',
    { param: 'body' },
  );

export const unknownKey = () =>
  new GatewayError(
    'invalid_value',
    'The body names another key than the one at /.well-known/citadel-encryption-key.',
    { param: 'body' },
  );
