import type { KeyObject } from 'node:crypto';
import { compactVerify, decodeProtectedHeader, errors, type JWTPayload } from 'jose';
import { SYSTEM_CLOCK, type Clock } from '../../../common/clock.js';
import type { GatewayError } from '../../../common/errors/gateway.error.js';
import type { IdentityConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import type { KeyRing } from './key-ring.js';
import { EXPIRED, refused } from './refused-token.js';
import { toPrincipal } from './to-principal.js';

const LONGEST_TOKEN = 8 * 1024;
const SKEW_S = 30;
/** RFC 9068, section 2.1, and what everybody else says. */
const TYPES: ReadonlySet<unknown> = new Set([undefined, 'at+jwt', 'application/at+jwt', 'jwt']);
/** By these a token would bring its own key along, or ask for what is not understood. */
const REFUSED_HEADERS = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'zip', 'enc', 'b64'];

interface Candidate {
  readonly alg: string;
  readonly key: KeyObject;
  /** Signed here: then it says for whom it is, and until when. */
  readonly isOurs: boolean;
}

/**
 * Reads access tokens. The key is found by its name, and each key works with one algorithm; a token that names none of
 * our keys can only be one of the shared secrets. Whether it was revoked is not looked at.
 */
export class TokenReader {
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  constructor(
    private readonly ring: Pick<KeyRing, 'find' | 'shared'>,
    private readonly config: Pick<IdentityConfig, 'issuer' | 'audience'>,
    private readonly clock: Clock = SYSTEM_CLOCK,
  ) {}

  async read(token: string): Promise<Principal | GatewayError> {
    if (token.length > LONGEST_TOKEN) return refused();
    for (const candidate of this.candidatesFor(token)) {
      const payload = await verify(token, candidate);
      if (payload !== undefined) return this.accept(token, payload, candidate);
    }
    return refused();
  }

  private candidatesFor(token: string): readonly Candidate[] {
    const header = headerOf(token);
    if (header === undefined) return [];
    const type = typeof header.typ === 'string' ? header.typ.toLowerCase() : header.typ;
    if (!TYPES.has(type) || REFUSED_HEADERS.some((name) => name in header)) return [];
    const ours = typeof header.kid === 'string' ? this.ring.find(header.kid) : undefined;
    const candidates: Candidate[] =
      ours === undefined
        ? this.ring.shared.map((shared) => ({ ...shared, isOurs: false }))
        : [{ alg: ours.alg, key: ours.key, isOurs: true }];
    return candidates.filter(({ alg }) => alg === header.alg);
  }

  private accept(token: string, payload: Uint8Array, { isOurs }: Candidate): Principal | GatewayError {
    const claims = this.parse(payload);
    if (claims === undefined) return refused();
    const { exp, nbf, iat, iss, aud } = claims;
    if (![exp, nbf, iat].every(isDate)) return refused();
    if (isOurs ? exp === undefined || !this.isFor(iss, aud) : !this.mayBeFor(iss, aud)) return refused();
    const nowS = this.clock.now() / 1000;
    if (exp !== undefined && nowS >= exp + SKEW_S) return refused(EXPIRED);
    if ((nbf ?? 0) > nowS + SKEW_S || (iat ?? 0) > nowS + SKEW_S) return refused();
    return toPrincipal(token, claims) ?? refused();
  }

  private isFor(issuer: unknown, audience: unknown): boolean {
    return (
      issuer === this.config.issuer &&
      (Array.isArray(audience) ? audience.includes(this.config.audience) : audience === this.config.audience)
    );
  }

  /** What others sign may leave out who it is from and for whom. */
  private mayBeFor(issuer: unknown, audience: unknown): boolean {
    return this.isFor(issuer ?? this.config.issuer, audience ?? this.config.audience);
  }

  private parse(payload: Uint8Array): JWTPayload | undefined {
    try {
      const claims: unknown = JSON.parse(this.decoder.decode(payload));
      return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
        ? (claims as JWTPayload)
        : undefined;
    } catch {
      return undefined;
    }
  }
}

function headerOf(token: string): Record<string, unknown> | undefined {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

/** Its payload when the signature is right. */
async function verify(token: string, { alg, key }: Candidate): Promise<Uint8Array | undefined> {
  try {
    return (await compactVerify(token, key, { algorithms: [alg] })).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    throw error;
  }
}

const isDate = (claim: unknown): boolean =>
  claim === undefined || (typeof claim === 'number' && Number.isFinite(claim));
