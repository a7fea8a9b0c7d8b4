import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { SYSTEM_CLOCK, type Clock } from '../../../common/clock.js';
import type { IdentityConfig } from '../../../config/index.js';
import type { Role } from '../../../contracts/principal.js';
import type { KeyRing } from './key-ring.js';

/** What a token is to say. */
export interface TokenTerms {
  readonly subject: string;
  readonly tenant: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly email?: string;
  readonly device?: string;
  readonly clientId?: string;
  readonly grant?: string;
  readonly lifetimeS: number;
}

export interface IssuedToken {
  readonly token: string;
  /** Its `jti`. */
  readonly id: string;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Makes access tokens (RFC 9068) that this gateway and its replicas believe. */
export class TokenIssuer {
  constructor(
    private readonly ring: Pick<KeyRing, 'current'>,
    private readonly config: Pick<IdentityConfig, 'issuer' | 'audience'>,
    private readonly clock: Clock = SYSTEM_CLOCK,
  ) {}

  async issue(terms: TokenTerms): Promise<IssuedToken> {
    const { alg, kid, privateKey } = this.ring.current;
    const id = randomUUID();
    const issuedAtS = Math.floor(this.clock.now() / 1000);
    const expiresAtS = issuedAtS + Math.max(1, Math.floor(terms.lifetimeS));
    const claims = {
      iss: this.config.issuer,
      aud: this.config.audience,
      sub: terms.subject,
      id: terms.subject,
      email: terms.email,
      role: terms.role,
      scope: terms.scopes.join(' '),
      tenant: terms.tenant,
      device: terms.device,
      client_id: terms.clientId,
      grant: terms.grant,
      jti: id,
      iat: issuedAtS,
      exp: expiresAtS,
    };
    const token = await new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'at+jwt' }).sign(privateKey);
    return { token, id, expiresAt: expiresAtS * 1000 };
  }
}
