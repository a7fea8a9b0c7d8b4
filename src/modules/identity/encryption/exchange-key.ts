import { createHash, hkdfSync } from 'node:crypto';
import type { EncryptedHead } from '../../../common/http/encrypted-requests.js';

/** What two keys are made from: who has agreed on it, by which keys, and for which request. */
export interface Agreement extends EncryptedHead {
  readonly secret: Buffer;
  /** Of the device, for this request alone. */
  readonly ephemeralKey: Uint8Array;
  readonly gatewayKey: Uint8Array;
  readonly keyId: string;
  readonly audience: string;
}

const KEY_BYTES = 32;

/** The key of one direction (RFC 5869). One that was made for another request, device or direction is another key. */
export function exchangeKey(agreement: Agreement, direction: 'request' | 'answer'): Buffer {
  const salt = Buffer.concat([agreement.ephemeralKey, agreement.gatewayKey]);
  // Node takes no more than 1024 bytes, and a path may be longer.
  const info = createHash('sha256').update(exchangeText(agreement, direction), 'latin1').digest();
  return Buffer.from(hkdfSync('sha256', agreement.secret, salt, info, KEY_BYTES));
}

/** Lines `name: value` with LF between them, and none at the end; the order is part of the form. */
export function exchangeText(
  { keyId, audience, device, method, target }: Omit<Agreement, 'secret' | 'ephemeralKey' | 'gatewayKey'>,
  direction: 'request' | 'answer',
): string {
  const path = target.split('?', 1)[0]!;
  return [
    'version: v1',
    `direction: ${direction}`,
    `audience: ${audience}`,
    `key-id: ${keyId}`,
    `device: ${device}`,
    `method: ${method}`,
    `path: ${path}`,
    `query: ${target.slice(path.length)}`,
  ].join('\n');
}
