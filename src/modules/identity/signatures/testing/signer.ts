import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { makePrivateKey } from '../../../../common/crypto/make-private-key.js';
import { toRawKey } from '../ed25519.js';
import { simpleBase } from '../simple-form.js';

/** A request as a client is about to send it. */
export interface Outgoing {
  readonly method: string;
  readonly authority: string;
  /** Path and query, as they stand on the request line. */
  readonly target: string;
  readonly contentType?: string;
  readonly body?: string | Buffer;
}

/** What a client says of its signature; each is as it should be unless told. */
export interface SignatureSettings {
  readonly timestamp?: number;
  readonly nonce?: string;
  readonly audience?: string;
}

/** Reads no code of the verifier but for the text of the simple form, which its own spec pins byte for byte. */
export class Signer {
  private constructor(
    readonly privateKey: KeyObject,
    public keyId = '',
  ) {}

  static generate(): Signer {
    return new Signer(createPrivateKey(makePrivateKey('ed25519')));
  }

  /** The 32 bytes of a secret key of RFC 8032. */
  static of(secret: string): Signer {
    const prefix = '302e020100300506032b657004220420';
    return new Signer(
      createPrivateKey({ key: Buffer.from(prefix + secret, 'hex'), format: 'der', type: 'pkcs8' }),
    );
  }

  as(keyId: string): Signer {
    return new Signer(this.privateKey, keyId);
  }

  get rawKey(): Buffer {
    return toRawKey(createPublicKey(this.privateKey));
  }

  get publicKey(): string {
    return this.rawKey.toString('base64url');
  }

  sign(text: string | Buffer): Buffer {
    return sign(null, Buffer.from(text), this.privateKey);
  }

  /** The headers of the simple form. */
  simple(outgoing: Outgoing, settings: SignatureSettings = {}): Record<string, string> {
    const { timestamp, nonce, audience } = fill(settings);
    const [path, query] = split(outgoing.target);
    const text = simpleBase({
      method: outgoing.method,
      authority: outgoing.authority,
      path,
      query,
      contentType: outgoing.contentType ?? '',
      body: Buffer.from(outgoing.body ?? ''),
      timestamp: String(timestamp),
      nonce,
      keyId: this.keyId,
      audience,
    });
    return {
      'x-signature': this.sign(text).toString('base64'),
      'x-timestamp': String(timestamp),
      'x-nonce': nonce,
      'x-device-id': this.keyId,
    };
  }

  /** The headers of RFC 9421. */
  message(
    outgoing: Outgoing,
    settings: SignatureSettings & { readonly params?: string } = {},
  ): Record<string, string> {
    const { timestamp, nonce } = fill(settings);
    const [path, query] = split(outgoing.target);
    const digest = `sha-256=:${createHash('sha256')
      .update(outgoing.body ?? '')
      .digest('base64')}:`;
    const covered: [string, string][] = [
      ['@method', outgoing.method],
      ['@authority', outgoing.authority],
      ['@path', path],
      ['@query', query === '' ? '?' : query],
      ['content-digest', digest],
    ];
    if (outgoing.contentType !== undefined) covered.push(['content-type', outgoing.contentType]);
    const names = covered.map(([name]) => `"${name}"`).join(' ');
    const input = `(${names});created=${timestamp};nonce="${nonce}";keyid="${this.keyId}"${settings.params ?? ''}`;
    const base = [...covered.map(([name, value]) => `"${name}": ${value}`), `"@signature-params": ${input}`];
    return {
      'content-digest': digest,
      'signature-input': `sig1=${input}`,
      signature: `sig1=:${this.sign(base.join('\n')).toString('base64')}:`,
    };
  }
}

let made = 0;

const fill = ({ timestamp, nonce, audience }: SignatureSettings) => ({
  timestamp: timestamp ?? Math.floor(Date.now() / 1000),
  nonce: nonce ?? `nonce-of-a-test-${process.pid}-${++made}`,
  audience: audience ?? 'citadel-gateway',
});

function split(target: string): [path: string, query: string] {
  const start = target.indexOf('?');
  return start === -1 ? [target, ''] : [target.slice(0, start), target.slice(start)];
}
