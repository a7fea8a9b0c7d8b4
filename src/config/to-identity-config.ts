import type { KeyObject } from 'node:crypto';
import type { IdentityConfig } from './app-config.js';
import { ConfigError } from './config-error.js';
import { firstSet } from './first-set.js';
import { httpUrl } from './network-parsers.js';
import { flag, text, wholeNumber } from './parser.js';
import { isSampleSecret } from './sample-secrets.js';
import type { Secret } from './secrets.js';
import { samePublicKey, toPrivateKey, toPublicKeys } from './signing-keys.js';
import type { Decision, Sources } from './sources.js';

const PRIVATE_KEY = 'P8FS_JWT_PRIVATE_KEY_PEM';
const PUBLIC_KEY = 'P8FS_JWT_PUBLIC_KEY_PEM';
const HOW_TO_MAKE_ONE =
  'make a pair with scripts/dev/generate_server_jwt_signing_keys, or with `openssl genpkey -algorithm EC ' +
  '-pkeyopt ec_paramgen_curve:P-256 -out private.pem` and `openssl pkey -in private.pem -pubout -out public.pem`';
/** RFC 7518, section 3.2: a key is at least as long as the hash. */
const LEAST_SECRET_BYTES = 32;
const LEAST_SECRET_CHARACTERS = 8;

/** Which tokens are good here, and with what they are signed. */
export function toIdentityConfig(sources: Sources, dataDir: string, port: number): Decision<IdentityConfig> {
  const { env, yaml, secrets } = sources;
  const identity = yaml.section('identity');
  const retired = secrets.find('AUTH_JWT_RETIRED_KEYS');
  const signing = toSigning(sources, dataDir);
  const config: IdentityConfig = {
    issuer: firstSet(
      env.PUBLIC_URL,
      identity.read('public_url', httpUrl),
      `http://localhost:${port === 0 ? 8002 : port}`,
    ),
    audience: firstSet(env.AUTH_AUDIENCE, identity.read('audience', text), 'citadel-gateway'),
    signing,
    retiredKeys: retired === undefined ? [] : toPublicKeys(retired),
    ...toSharedSecrets(sources),
    deviceSignUp: firstSet(
      env.DEVICE_SIGN_UP,
      identity.read('device_sign_up', flag),
      sources.environment !== 'production',
    ),
    failuresPerMinute: firstSet(
      env.AUTH_FAILURES_PER_MINUTE,
      identity.read('failures_per_minute', wholeNumber(1, 1_000_000)),
      30,
    ),
  };
  const from = signing.kind === 'given' ? PRIVATE_KEY : `${signing.file} (${PRIVATE_KEY} is not set)`;
  return { config, choice: `identity: tokens of ${config.issuer}, signed with the key of ${from}` };
}

function toSigning({ environment, secrets }: Sources, dataDir: string): IdentityConfig['signing'] {
  const privatePem = secrets.find(PRIVATE_KEY);
  const publicPem = secrets.find(PUBLIC_KEY);
  const missing = privatePem === undefined ? PRIVATE_KEY : publicPem === undefined ? PUBLIC_KEY : undefined;
  if (environment === 'production' && missing !== undefined)
    throw new ConfigError(`${missing} must be set in production; ${HOW_TO_MAKE_ONE}`);
  if (privatePem === undefined) {
    if (publicPem !== undefined) throw new ConfigError(`${PUBLIC_KEY} is set, but ${PRIVATE_KEY} is not`);
    return { kind: 'file', file: `${dataDir}/identity/signing-key.pem` };
  }
  const privateKey = toPrivateKey(privatePem);
  if (publicPem !== undefined) requireMatch(privateKey, publicPem);
  return { kind: 'given', privateKey };
}

function requireMatch(privateKey: KeyObject, publicPem: Secret): void {
  const publicKeys = toPublicKeys(publicPem);
  if (publicKeys.length !== 1 || !samePublicKey(privateKey, publicKeys[0]!))
    throw new ConfigError(`${PRIVATE_KEY} and ${PUBLIC_KEY} are not of one pair; ${HOW_TO_MAKE_ONE}`);
}

function toSharedSecrets({
  environment,
  secrets,
}: Sources): Pick<IdentityConfig, 'sharedSecrets' | 'developmentSecret'> {
  const outside = secrets.find('AUTH_JWT_SECRET');
  const development = secrets.find('P8FS_DEV_TOKEN_SECRET');
  if (development !== undefined && environment === 'production')
    throw new ConfigError('P8FS_DEV_TOKEN_SECRET is for development; it must not be set in production');
  const developmentSecret = development && toSharedSecret(development);
  const sharedSecrets = [outside && toSharedSecret(outside), developmentSecret];
  return { developmentSecret, sharedSecrets: sharedSecrets.filter((secret) => secret !== undefined) };
}

function toSharedSecret({ value, origin }: Secret): string {
  if (Buffer.byteLength(value) < LEAST_SECRET_BYTES)
    throw new ConfigError(
      `${origin} must have at least ${LEAST_SECRET_BYTES} bytes, such as \`openssl rand -base64 48\` makes`,
    );
  if (isSampleSecret(value) || new Set(value).size < LEAST_SECRET_CHARACTERS)
    throw new ConfigError(`${origin} is a known sample or no secret at all; set one of your own`);
  return value;
}
