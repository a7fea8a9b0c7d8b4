import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Environment } from './app-config.js';
import type { ProcessEnv } from './env.js';
import { createSources } from './testing/create-sources.js';
import { JWT_KEYS } from './testing/jwt-keys.js';
import { toIdentityConfig } from './to-identity-config.js';

const decide = (env: ProcessEnv = {}, environment: Environment = 'test', yaml = '') =>
  toIdentityConfig(createSources({ env, environment, yaml }), './data', 8002);
const privatePem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string;
const publicPem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' }) as string;

const P8FS_JWT_PRIVATE_KEY_PEM = JWT_KEYS.P8FS_JWT_PRIVATE_KEY_PEM;
const SECRET = 'kM2-9vQe7!x0bTz4Lw8RfYp6Hs1Jd3Nc';

describe(toIdentityConfig.name, () => {
  it('makes a key of its own outside production', () => {
    expect(decide().config).toMatchObject({
      issuer: 'http://localhost:8002',
      audience: 'citadel-gateway',
      signing: { kind: 'file', file: './data/identity/signing-key.pem' },
      retiredKeys: [],
      sharedSecrets: [],
      failuresPerMinute: 30,
    });
  });

  it('lets devices sign people up outside production, or where it is told to', () => {
    const production = { ...JWT_KEYS };
    expect(decide().config.deviceSignUp).toBe(true);
    expect(decide(production, 'production').config.deviceSignUp).toBe(false);
    expect(decide({ ...production, DEVICE_SIGN_UP: 'on' }, 'production').config.deviceSignUp).toBe(true);
    expect(decide({}, 'test', 'identity: { device_sign_up: off }').config.deviceSignUp).toBe(false);
  });

  it('prefers the environment to YAML', () => {
    const yaml = 'identity: { public_url: "https://a.example", audience: a, failures_per_minute: 2 }';
    expect(decide({}, 'test', yaml).config).toMatchObject({
      issuer: 'https://a.example',
      audience: 'a',
      failuresPerMinute: 2,
    });
    const env = { PUBLIC_URL: 'https://b.example/', AUTH_AUDIENCE: 'b', AUTH_FAILURES_PER_MINUTE: '3' };
    expect(decide(env, 'test', yaml).config).toMatchObject({
      issuer: 'https://b.example',
      audience: 'b',
      failuresPerMinute: 3,
    });
  });

  it('demands both keys in production, and says how to make them', () => {
    expect(() => decide({}, 'production')).toThrow(
      /^P8FS_JWT_PRIVATE_KEY_PEM must be set in production; make a pair with scripts\/dev\/generate_server/,
    );
    expect(() => decide({ P8FS_JWT_PRIVATE_KEY_PEM }, 'production')).toThrow(
      /^P8FS_JWT_PUBLIC_KEY_PEM must be/,
    );
    expect(decide(JWT_KEYS, 'production').config.signing.kind).toBe('given');
  });

  it('takes a key on one line', () => {
    const env = { P8FS_JWT_PRIVATE_KEY_PEM: P8FS_JWT_PRIVATE_KEY_PEM.replaceAll('\n', '\\n') };
    expect(decide(env).config.signing).toMatchObject({ kind: 'given' });
  });

  it.each([
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['Ed25519', generateKeyPairSync('ed25519')],
  ])('takes a pair of %s', (_, { privateKey, publicKey }) => {
    const env = {
      P8FS_JWT_PRIVATE_KEY_PEM: privatePem(privateKey),
      P8FS_JWT_PUBLIC_KEY_PEM: publicPem(publicKey),
    };
    expect(decide(env, 'production').config.signing.kind).toBe('given');
  });

  it('refuses what is no pair, no key, or too weak a key, and tells nothing of it', () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const curve = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const foreign = publicPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey);
    const cases: [ProcessEnv, string][] = [
      [{ ...JWT_KEYS, P8FS_JWT_PUBLIC_KEY_PEM: foreign }, 'are not of one pair'],
      [{ P8FS_JWT_PUBLIC_KEY_PEM: foreign }, 'P8FS_JWT_PRIVATE_KEY_PEM is not'],
      [{ P8FS_JWT_PRIVATE_KEY_PEM: 'hunter2' }, 'must be a private key in PEM'],
      [{ P8FS_JWT_PRIVATE_KEY_PEM: privatePem(weak.privateKey) }, 'must be a key of RSA with 2048'],
      [{ P8FS_JWT_PRIVATE_KEY_PEM: privatePem(curve.privateKey) }, 'must be a key of RSA with 2048'],
      [{ AUTH_JWT_RETIRED_KEYS: 'hunter2' }, 'must hold public keys in PEM'],
      [{ AUTH_JWT_RETIRED_KEYS: P8FS_JWT_PRIVATE_KEY_PEM }, 'must hold public keys in PEM and nothing else'],
    ];
    for (const [env, message] of cases) {
      expect(() => decide(env)).toThrow(message);
      expect(() => decide(env)).not.toThrow(/hunter2|BEGIN/);
    }
  });

  it('reads several retired keys', () => {
    const keys = [generateKeyPairSync('ed25519'), generateKeyPairSync('rsa', { modulusLength: 2048 })];
    const bundle = keys.map(({ publicKey }) => publicPem(publicKey)).join('\n');
    const { retiredKeys } = decide({ AUTH_JWT_RETIRED_KEYS: bundle }).config;
    expect(retiredKeys.map((key) => key.asymmetricKeyType)).toEqual(['ed25519', 'rsa']);
  });

  it('takes shared secrets that are long enough and no samples', () => {
    const { config } = decide({ AUTH_JWT_SECRET: SECRET, P8FS_DEV_TOKEN_SECRET: `${SECRET}2` });
    expect(config.sharedSecrets).toEqual([SECRET, `${SECRET}2`]);
    expect(config.developmentSecret).toBe(`${SECRET}2`);
    expect(() => decide({ AUTH_JWT_SECRET: 'hunter2' })).toThrow(
      'AUTH_JWT_SECRET must have at least 32 bytes',
    );
    expect(() => decide({ AUTH_JWT_SECRET: 'a'.repeat(64) })).toThrow('is a known sample or no secret');
  });

  it('refuses the secret of development in production', () => {
    expect(() => decide({ ...JWT_KEYS, P8FS_DEV_TOKEN_SECRET: SECRET }, 'production')).toThrow(
      'P8FS_DEV_TOKEN_SECRET is for development',
    );
  });

  it('never tells a secret in its choice', () => {
    expect(decide({ ...JWT_KEYS, AUTH_JWT_SECRET: SECRET }).choice).toBe(
      'identity: tokens of http://localhost:8002, signed with the key of P8FS_JWT_PRIVATE_KEY_PEM',
    );
  });
});
