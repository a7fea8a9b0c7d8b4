import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import { makePrivateKey } from '../../../common/crypto/make-private-key.js';
import { signingAlgorithmOf, type SigningAlgorithm } from '../../../common/crypto/signing-algorithm.js';
import { ConfigError, type IdentityConfig } from '../../../config/index.js';
import { readOrCreate } from '../../../infrastructure/filesystem/index.js';
import { thumbprintOf } from './thumbprint.js';

export interface SigningKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly privateKey: KeyObject;
}

/** What a key is used with is decided by the key. What a token says of itself is compared with it, and no more. */
export interface VerificationKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly key: KeyObject;
}

export interface SharedKey {
  readonly alg: 'HS256';
  readonly key: KeyObject;
}

/** The keys by which tokens are made and known: the current one, those that only verify still, and secrets shared with others. */
export class KeyRing {
  readonly current: SigningKey;
  /** Tried one after the other for tokens that name none of our keys. */
  readonly shared: readonly SharedKey[];
  private readonly keys = new Map<string, VerificationKey>();

  constructor(
    privateKey: KeyObject,
    { retiredKeys, sharedSecrets }: Pick<IdentityConfig, 'retiredKeys' | 'sharedSecrets'>,
  ) {
    for (const key of [createPublicKey(privateKey), ...retiredKeys]) {
      const kid = thumbprintOf(key);
      this.keys.set(kid, { kid, alg: requireAlgorithm(key), key });
    }
    this.current = { kid: thumbprintOf(privateKey), alg: requireAlgorithm(privateKey), privateKey };
    this.shared = sharedSecrets.map((secret) => ({
      alg: 'HS256',
      key: createSecretKey(Buffer.from(secret, 'utf8')),
    }));
  }

  /** With the configured key, or the one of this installation, which is made where there is none. */
  static async open(identity: IdentityConfig): Promise<KeyRing> {
    const { signing } = identity;
    if (signing.kind === 'given') return new KeyRing(signing.privateKey, identity);
    const pem = await readOrCreate(signing.file, makePem);
    try {
      return new KeyRing(createPrivateKey(pem), identity);
    } catch (cause) {
      throw new ConfigError(`The key in ${signing.file} cannot be used: PKCS#8 in PEM is expected`, {
        cause,
      });
    }
  }

  find(kid: string): VerificationKey | undefined {
    return this.keys.get(kid);
  }

  /** For everybody: no private parts. The current one comes first. */
  publicJwks(): JWK[] {
    return [...this.keys.values()].map(({ kid, alg, key }) => ({
      ...(key.export({ format: 'jwk' }) as JWK),
      kid,
      alg,
      use: 'sig',
    }));
  }

  /** With private parts: only for what signs in this process. */
  privateJwks(): JWK[] {
    const { kid, alg, privateKey } = this.current;
    return [{ ...(privateKey.export({ format: 'jwk' }) as JWK), kid, alg, use: 'sig' }];
  }
}

const makePem = (): string => makePrivateKey('P-256');

function requireAlgorithm(key: KeyObject): SigningAlgorithm {
  const algorithm = signingAlgorithmOf(key);
  if (algorithm === undefined) throw new Error('No tokens are signed with a key of this kind.');
  return algorithm;
}
