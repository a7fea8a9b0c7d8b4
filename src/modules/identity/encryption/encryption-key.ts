import { createHash, hkdfSync, type KeyObject } from 'node:crypto';
import { agree, KEY_BYTES, rawPublicKeyOf, toPrivateKey } from './x25519.js';

export const KEY_ID_BYTES = 8;

/** The key of the gateway that bodies are encrypted for. Made from the key that signs tokens, so all replicas have it. */
export class EncryptionKey {
  /** The 32 bytes of the public key. */
  readonly publicKey: Buffer;
  /** The first eight bytes of its SHA-256. */
  readonly idBytes: Buffer;

  constructor(private readonly privateKey: KeyObject) {
    this.publicKey = rawPublicKeyOf(privateKey);
    this.idBytes = createHash('sha256').update(this.publicKey).digest().subarray(0, KEY_ID_BYTES);
  }

  static from(signingKey: KeyObject): EncryptionKey {
    const secret = signingKey.export({ type: 'pkcs8', format: 'der' });
    return new EncryptionKey(
      toPrivateKey(Buffer.from(hkdfSync('sha256', secret, '', 'citadel encrypted bodies', KEY_BYTES))),
    );
  }

  get id(): string {
    return this.idBytes.toString('hex');
  }

  /** What only the holder of the other key knows too. Undefined for a key of which that is not so. */
  agree(publicKey: Uint8Array): Buffer | undefined {
    return agree(this.privateKey, publicKey);
  }
}
