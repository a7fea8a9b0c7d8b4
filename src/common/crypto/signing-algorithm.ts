import type { KeyObject } from 'node:crypto';

/** How tokens are signed by a key, in the words of RFC 7518 and RFC 8037. */
export type SigningAlgorithm = 'RS256' | 'ES256' | 'EdDSA';

const LEAST_RSA_BITS = 2048;
/** Beyond this a signature takes so long that every new token holds up all others. */
const MOST_RSA_BITS = 8192;

/** The one algorithm a key is used with; undefined for a key that signs no tokens here. */
export function signingAlgorithmOf({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details,
}: KeyObject): SigningAlgorithm | undefined {
  if (type === 'ed25519') return 'EdDSA';
  if (type === 'ec') return details?.namedCurve === 'prime256v1' ? 'ES256' : undefined;
  if (type !== 'rsa') return undefined;
  const bits = details?.modulusLength ?? 0;
  return bits >= LEAST_RSA_BITS && bits <= MOST_RSA_BITS ? 'RS256' : undefined;
}
