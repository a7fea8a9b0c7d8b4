import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keys of the authorization server, made from the key that signs tokens: all replicas have them, the database has not. */
export class Seal {
  private readonly key: Buffer;
  /** For the signatures of cookies. */
  readonly cookieKey: string;
  private readonly formKey: Buffer;

  constructor(signingKey: KeyObject) {
    const secret = signingKey.export({ type: 'pkcs8', format: 'der' });
    const derive = (purpose: string) =>
      Buffer.from(hkdfSync('sha256', secret, '', `citadel oauth ${purpose}`, 32));
    this.key = derive('state');
    this.cookieKey = derive('cookies').toString('base64url');
    this.formKey = derive('forms');
  }

  seal(value: object, about: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.key, nonce).setAAD(Buffer.from(about));
    return Buffer.concat([nonce, cipher.update(JSON.stringify(value)), cipher.final(), cipher.getAuthTag()]);
  }

  /** Undefined for what was sealed by another key, or about something else. */
  open(sealed: Buffer, about: string): Record<string, unknown> | undefined {
    try {
      const decipher = createDecipheriv(CIPHER, this.key, sealed.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(about))
        .setAuthTag(sealed.subarray(-TAG_BYTES));
      const text = Buffer.concat([
        decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
        decipher.final(),
      ]);
      return JSON.parse(text.toString('utf8')) as Record<string, unknown>;
    } catch {
      return undefined;
    }
  }

  /** What a form must say that belongs to this interaction. */
  formToken(interaction: string): string {
    return createHmac('sha256', this.formKey).update(interaction).digest('base64url');
  }

  /** A name that says nothing to who reads the database, for what is too short to be hashed. */
  pseudonym(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('base64url');
  }
}
