import {
  createHmac,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
} from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { KeyRing } from './key-ring.js';
import { thumbprintOf } from './thumbprint.js';
import { TokenIssuer, type TokenTerms } from './token-issuer.js';
import { TokenReader } from './token-reader.js';

const NOW_S = 1_790_000_000;
const IDENTITY = { issuer: 'https://ai.example.org', audience: 'citadel-gateway' };
const SECRET = 'kM2-9vQe7!x0bTz4Lw8RfYp6Hs1Jd3Nc';
const TERMS: TokenTerms = {
  subject: 'ada',
  tenant: 'acme',
  role: 'premium',
  scopes: ['read'],
  email: 'ada@example.org',
  device: 'phone',
  grant: 'consent-1',
  lifetimeS: 60,
};

const clock = { nowMs: NOW_S * 1000, now: () => clock.nowMs };
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const edwards = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const ringOf = (privateKey: KeyObject) =>
  new KeyRing(privateKey, { retiredKeys: [rsa.publicKey], sharedSecrets: [SECRET] });
const ring = ringOf(ec.privateKey);
const reader = new TokenReader(ring, IDENTITY, clock);
const issue = (terms: Partial<TokenTerms> = {}, by = ring) =>
  new TokenIssuer(by, IDENTITY, clock).issue({ ...TERMS, ...terms });

const base64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const CLAIMS = { iss: IDENTITY.issuer, aud: IDENTITY.audience, sub: 'ada', iat: NOW_S, exp: NOW_S + 60 };
const EC_HEADER = { alg: 'ES256', kid: thumbprintOf(ec.publicKey), typ: 'at+jwt' };

/** A token as somebody would make it who has the key. */
function signed(header: object, claims: unknown, key: KeyObject = ec.privateKey): string {
  const input = `${base64(header)}.${base64(claims)}`;
  const hash = key.asymmetricKeyType === 'ed25519' ? undefined : 'sha256';
  return `${input}.${sign(hash, Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function maced(header: object, claims: unknown, secret: string | Buffer = SECRET): string {
  const input = `${base64(header)}.${base64(claims)}`;
  return `${input}.${createHmac('sha256', createSecretKey(Buffer.from(secret as string)))
    .update(input)
    .digest('base64url')}`;
}

const accepted = async (token: string): Promise<Principal> => {
  const verdict = await reader.read(token);
  if (verdict instanceof GatewayError) throw verdict;
  return verdict;
};
const refusal = async (token: string): Promise<string> => {
  const verdict = await reader.read(token);
  return verdict instanceof GatewayError ? verdict.code : `accepted for ${verdict.id}`;
};

describe(TokenReader.name, () => {
  it('knows whom a token of ours speaks of', async () => {
    const { token, id, expiresAt } = await issue();
    expect(expiresAt).toBe((NOW_S + 60) * 1000);
    expect(await reader.read(token)).toEqual({
      id: 'ada',
      tenant: 'acme',
      role: 'premium',
      scopes: ['read'],
      email: 'ada@example.org',
      device: 'phone',
      credential: { kind: 'token', id, issuedAt: NOW_S * 1000, expiresAt, grant: 'consent-1' },
    });
  });

  it.each([
    ['ES256', ec.privateKey],
    ['RS256', rsa.privateKey],
    ['EdDSA', edwards.privateKey],
  ])('reads what is signed by %s', async (alg, key) => {
    const own = ringOf(key);
    expect(own.current.alg).toBe(alg);
    const { token } = await issue({}, own);
    expect(await new TokenReader(own, IDENTITY, clock).read(token)).toMatchObject({ id: 'ada' });
  });

  it('goes on to believe a key that was retired, and no key it never had', async () => {
    expect(await accepted((await issue({}, ringOf(rsa.privateKey))).token)).toMatchObject({ id: 'ada' });
    expect(await refusal((await issue({}, ringOf(stranger.privateKey))).token)).toBe('unauthorized');
  });

  it('names keys by their thumbprints (RFC 8037, appendix A.3)', () => {
    const key = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
    expect(thumbprintOf(createPublicKey({ key, format: 'jwk' }))).toBe(
      'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
    );
  });

  describe('refuses', () => {
    const publicPem = ec.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const rsaPem = rsa.publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const rsaKid = thumbprintOf(rsa.publicKey);
    const attackers = stranger.publicKey.export({ format: 'jwk' });

    it.each<[string, string]>([
      ['no signature', `${base64({ alg: 'none' })}.${base64(CLAIMS)}.`],
      ['no signature under our key', `${base64({ ...EC_HEADER, alg: 'none' })}.${base64(CLAIMS)}.`],
      ['none in other letters', `${base64({ ...EC_HEADER, alg: 'nOnE' })}.${base64(CLAIMS)}.`],
      ['a public key as a secret', maced({ alg: 'HS256', kid: rsaKid }, CLAIMS, rsaPem)],
      ['a public key as a secret, unnamed', maced({ alg: 'HS256' }, CLAIMS, publicPem)],
      ['the shared secret under the name of our key', maced({ ...EC_HEADER, alg: 'HS256' }, CLAIMS)],
      ['the algorithm of another key', signed({ ...EC_HEADER, alg: 'RS256' }, CLAIMS, rsa.privateKey)],
      ['a larger hash than the key is for', signed({ alg: 'RS512', kid: rsaKid }, CLAIMS, rsa.privateKey)],
      ['another curve', signed({ ...EC_HEADER, alg: 'ES384' }, CLAIMS)],
      ['a key that is not ours', signed({ ...EC_HEADER, kid: 'nobody' }, CLAIMS)],
      ['no key at all', signed({ alg: 'ES256', typ: 'at+jwt' }, CLAIMS)],
      ['a key id that is no text', signed({ ...EC_HEADER, kid: [EC_HEADER.kid] }, CLAIMS)],
      ['a key brought along', signed({ ...EC_HEADER, jwk: attackers }, CLAIMS, stranger.privateKey)],
      ['our key, and another brought along', signed({ ...EC_HEADER, jwk: attackers }, CLAIMS)],
      ['keys elsewhere', signed({ ...EC_HEADER, jku: 'https://evil.example/jwks' }, CLAIMS)],
      ['a certificate elsewhere', signed({ ...EC_HEADER, x5u: 'https://evil.example/c' }, CLAIMS)],
      ['a certificate brought along', signed({ ...EC_HEADER, x5c: ['MIIB'] }, CLAIMS)],
      ['what must be understood and is not', signed({ ...EC_HEADER, crit: ['exp'] }, CLAIMS)],
      ['a token of another kind', signed({ ...EC_HEADER, typ: 'logout+jwt' }, CLAIMS)],
      ['another issuer', signed(EC_HEADER, { ...CLAIMS, iss: 'https://other.example' })],
      ['no issuer', signed(EC_HEADER, { ...CLAIMS, iss: undefined })],
      ['another audience', signed(EC_HEADER, { ...CLAIMS, aud: 'https://other.example' })],
      ['no audience', signed(EC_HEADER, { ...CLAIMS, aud: undefined })],
      ['no end', signed(EC_HEADER, { ...CLAIMS, exp: undefined })],
      ['an end that is no number', signed(EC_HEADER, { ...CLAIMS, exp: '9999999999' })],
      ['nobody', signed(EC_HEADER, { ...CLAIMS, sub: undefined })],
      ['the name of callers without credentials', signed(EC_HEADER, { ...CLAIMS, sub: 'anonymous' })],
      ['a name that ends lines', signed(EC_HEADER, { ...CLAIMS, sub: 'ada\nadmin' })],
      ['half a character in a name', signed(EC_HEADER, { ...CLAIMS, sub: 'ada\ud83d' })],
      ['half a character in a device', signed(EC_HEADER, { ...CLAIMS, device: '\udc00' })],
      ['half a character in a tenant', signed(EC_HEADER, { ...CLAIMS, tenant: 'a\ud800b' })],
      ['a name that is too long', signed(EC_HEADER, { ...CLAIMS, sub: 'x'.repeat(256) })],
      ['a tenant that is no text', signed(EC_HEADER, { ...CLAIMS, tenant: ['acme'] })],
      ['scopes that are none', signed(EC_HEADER, { ...CLAIMS, scope: { read: true } })],
      ['claims that are no object', signed(EC_HEADER, [CLAIMS])],
      ['claims that are no JSON', signed(EC_HEADER, '{"sub":')],
      ['two parts', `${base64(EC_HEADER)}.${base64(CLAIMS)}`],
      ['five parts', `${signed(EC_HEADER, CLAIMS)}.a.b`],
      ['a header that is no JSON', `${base64('hello')}.${base64(CLAIMS)}.c2ln`],
      ['more than 8 KiB', signed(EC_HEADER, { ...CLAIMS, padding: 'x'.repeat(8192) })],
      ['a wrong secret', maced({ alg: 'HS256' }, CLAIMS, randomBytes(32).toString('hex'))],
    ])('%s', async (_, token) => {
      expect(await refusal(token)).toBe('unauthorized');
    });

    it('a changed byte in any part', async () => {
      const { token } = await issue();
      const parts = token.split('.');
      for (const part of [0, 1, 2]) {
        const middle = Math.floor(parts[part]!.length / 2);
        const other = parts[part]![middle] === 'A' ? 'B' : 'A';
        const changed = parts.with(
          part,
          parts[part]!.slice(0, middle) + other + parts[part]!.slice(middle + 1),
        );
        expect(await refusal(changed.join('.'))).toBe('unauthorized');
      }
    });
  });

  it('allows half a minute of difference between clocks, and not more', async () => {
    const at = (claims: object) => refusal(signed(EC_HEADER, { ...CLAIMS, ...claims }));
    expect(await at({ exp: NOW_S - 29 })).toBe('accepted for ada');
    expect(await at({ exp: NOW_S - 30 })).toBe('unauthorized');
    expect(await at({ nbf: NOW_S + 30 })).toBe('accepted for ada');
    expect(await at({ nbf: NOW_S + 31 })).toBe('unauthorized');
    expect(await at({ iat: NOW_S + 30 })).toBe('accepted for ada');
    expect(await at({ iat: NOW_S + 31 })).toBe('unauthorized');
  });

  it('reads tokens that others sign with the shared secret, who say less', async () => {
    const token = maced({ alg: 'HS256', typ: 'JWT' }, { id: 42, email: 'e@example.org', role: 'admin' });
    expect(await accepted(token)).toMatchObject({
      id: '42',
      tenant: 'default',
      role: 'admin',
      email: 'e@example.org',
      scopes: ['read', 'write'],
    });
    const said = (claims: object) => refusal(maced({ alg: 'HS256' }, { id: 'eve', ...claims }));
    expect(await said({ iss: IDENTITY.issuer, aud: [IDENTITY.audience, 'x'] })).toBe('accepted for eve');
    expect(await said({ iss: 'https://other.example' })).toBe('unauthorized');
    expect(await said({ aud: 'other' })).toBe('unauthorized');
    expect(await said({ exp: NOW_S - 31 })).toBe('unauthorized');
  });

  it.each([
    [{ role: 'root' }, { role: 'user' }],
    [{ role: 'anonymous' }, { role: 'user' }],
    [{ scope: 'write  read write' }, { scopes: ['write', 'read'] }],
    [{ scopes: ['read', 'openid'] }, { scopes: ['read', 'openid'] }],
    [{ scope: '' }, { scopes: ['read', 'write'] }],
    [{ scope: 'openid email' }, { scopes: ['openid', 'email'] }],
    [{ sub: undefined, id: 'ada' }, { id: 'ada' }],
    [{ email: 7 }, { id: 'ada' }],
  ])('takes %j for %j', async (claims, principal) => {
    expect(await accepted(signed(EC_HEADER, { ...CLAIMS, ...claims }))).toMatchObject(principal);
  });

  it('knows a token without a name again however its signature is spelled', async () => {
    const token = maced({ alg: 'HS256' }, CLAIMS);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    // The last two of its bits mean nothing.
    const respelled = token.slice(0, -1) + letters[letters.indexOf(token.at(-1)!) ^ 1];
    const { credential } = await accepted(token);
    expect((await accepted(respelled)).credential).toEqual(credential);
    expect((await accepted(maced({ alg: 'HS256' }, { ...CLAIMS, sub: 'eve' }))).credential).not.toEqual(
      credential,
    );
  });

  it('tells whose token has expired that it has', async () => {
    const { token } = await issue({ lifetimeS: 1 });
    clock.nowMs += 31_000;
    expect(await reader.read(token)).toMatchObject({ message: 'The credential has expired.' });
    clock.nowMs -= 31_000;
  });
});

describe(KeyRing.name, () => {
  it('shows no private part to others', () => {
    const shown = ring.publicJwks();
    expect(shown).toHaveLength(2);
    expect(shown[0]).toMatchObject({ kid: ring.current.kid, alg: 'ES256', use: 'sig', kty: 'EC' });
    for (const jwk of shown) expect(Object.keys(jwk)).not.toEqual(expect.arrayContaining(['d']));
    expect(ring.privateJwks()).toMatchObject([{ kid: ring.current.kid, d: expect.any(String) as string }]);
  });
});
