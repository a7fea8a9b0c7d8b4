import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { makePrivateKey } from '../../../common/crypto/make-private-key.js';
import { ConfigError } from '../../../config/index.js';
import { readOrCreate } from '../../../infrastructure/filesystem/index.js';

/** Ed25519 (RFC 8032). */
export interface SigningKeys {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

export const SigningKeys = Symbol('SigningKeys');

/** The keys in a file, PKCS#8 in PEM; makes them where there are none yet. Whoever starts at the same time gets the same. */
export async function loadSigningKeys(file: string): Promise<SigningKeys> {
  const privateKey = toPrivateKey(await readOrCreate(file, makePem), file);
  if (privateKey.asymmetricKeyType !== 'ed25519')
    throw new ConfigError(
      `AUDIT_SIGNING_KEY_FILE: the key in ${file} is ${privateKey.asymmetricKeyType}, not Ed25519`,
    );
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

const makePem = (): string => makePrivateKey('ed25519');

function toPrivateKey(pem: string, file: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new ConfigError(`AUDIT_SIGNING_KEY_FILE: ${file} must hold a private key in PEM (PKCS#8)`, {
      cause: error,
    });
  }
}
