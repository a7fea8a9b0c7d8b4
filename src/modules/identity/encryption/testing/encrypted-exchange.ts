import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type JsonWebKey,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/** What a client knows of the gateway. */
export interface PublishedKey {
  readonly kid: string;
  readonly x: string;
}

/** What a client says its body belongs to. */
export interface Said {
  readonly device: string;
  readonly method: string;
  readonly target: string;
  readonly audience?: string;
}

/** One request and its answer, as a client makes and reads them. Uses no code of the gateway. */
export class EncryptedExchange {
  private readonly ephemeral: Buffer;
  private readonly secret: Buffer;

  constructor(
    private readonly gateway: PublishedKey,
    private readonly said: Said,
    privateKey: KeyObject = generateKeyPairSync('x25519').privateKey,
  ) {
    const jwk = { kty: 'OKP', crv: 'X25519', x: gateway.x } satisfies JsonWebKey;
    this.secret = diffieHellman({ privateKey, publicKey: createPublicKey({ key: jwk, format: 'jwk' }) });
    this.ephemeral = Buffer.from(createPublicKey(privateKey).export({ format: 'jwk' }).x!, 'base64url');
  }

  request(body: string, nonce = randomBytes(12)): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.keyOf('request'), nonce);
    const kid = Buffer.from(this.gateway.kid, 'hex');
    return Buffer.concat([
      ...[kid, this.ephemeral, nonce],
      ...[cipher.update(body), cipher.final(), cipher.getAuthTag()],
    ]);
  }

  /** Throws for what is not the answer to the request. */
  answer(status: number, bytes: Uint8Array): string {
    const decipher = createDecipheriv('aes-256-gcm', this.keyOf('answer'), bytes.subarray(0, 12))
      .setAAD(Buffer.from(String(status)))
      .setAuthTag(bytes.subarray(-16));
    return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
  }

  keyOf(direction: 'request' | 'answer'): Buffer {
    const { device, method, target, audience = 'citadel-gateway' } = this.said;
    const [, path, query] = /^([^?]*)(.*)$/.exec(target)!;
    const text =
      `version: v1\ndirection: ${direction}\naudience: ${audience}\nkey-id: ${this.gateway.kid}\n` +
      `device: ${device}\nmethod: ${method}\npath: ${path}\nquery: ${query}`;
    const info = createHash('sha256').update(text).digest();
    const salt = Buffer.concat([this.ephemeral, Buffer.from(this.gateway.x, 'base64url')]);
    return Buffer.from(hkdfSync('sha256', this.secret, salt, info, 32));
  }
}
