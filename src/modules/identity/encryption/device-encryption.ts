import { GatewayError } from '../../../common/errors/gateway.error.js';
import {
  type DecryptedBody,
  type EncryptedHead,
  EncryptedRequests,
} from '../../../common/http/encrypted-requests.js';
import { unknownKey, unreadableBody } from './encryption-faults.js';
import { type EncryptionKey, KEY_ID_BYTES } from './encryption-key.js';
import { exchangeKey } from './exchange-key.js';
import { openBytes, SEAL_BYTES, sealBytes } from './sealed-bytes.js';
import { KEY_BYTES } from './x25519.js';

const HEAD_BYTES = KEY_ID_BYTES + KEY_BYTES;

/**
 * Bodies that devices encrypt: the id of our key, a key of theirs for this request alone, and what is sealed with the key
 * that both make of it. That the bytes are new, and by the device, is for its signature to say.
 */
export class DeviceEncryption extends EncryptedRequests {
  constructor(
    private readonly key: EncryptionKey,
    private readonly audience: string,
  ) {
    super();
  }

  open(body: Buffer, head: EncryptedHead): DecryptedBody | GatewayError {
    if (body.length < HEAD_BYTES + SEAL_BYTES) return unreadableBody();
    if (!body.subarray(0, KEY_ID_BYTES).equals(this.key.idBytes)) return unknownKey();
    const ephemeralKey = body.subarray(KEY_ID_BYTES, HEAD_BYTES);
    const secret = this.key.agree(ephemeralKey);
    if (secret === undefined) return unreadableBody();
    const { audience, key } = this;
    const agreement = { ...head, secret, ephemeralKey, gatewayKey: key.publicKey, keyId: key.id, audience };
    const text = openBytes(exchangeKey(agreement, 'request'), body.subarray(HEAD_BYTES), '');
    if (text === undefined) return unreadableBody();
    const answerKey = exchangeKey(agreement, 'answer');
    return { body: text, sealAnswer: (status, answer) => sealBytes(answerKey, answer, String(status)) };
  }
}
