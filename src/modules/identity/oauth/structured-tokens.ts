import { Inject, Injectable } from '@nestjs/common';
import { decodeJwt } from 'jose';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { Revocations } from '../revocations/revocations.js';
import { TokenReader } from '../tokens/token-reader.js';

/** RFC 7662, section 2.2. */
export type Introspection =
  { readonly active: false } | ({ readonly active: true } & Record<string, unknown>);

const INACTIVE: Introspection = { active: false };

/** Access tokens that say themselves what they are, which the authorization server does not store. */
@Injectable()
export class StructuredTokens {
  constructor(
    @Inject(TokenReader) private readonly reader: TokenReader,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {}

  /** Who it speaks of, as long as it is believed. */
  async read(token: string): Promise<Principal | undefined> {
    const principal = await this.reader.read(token);
    if (principal instanceof GatewayError) {
      if (principal.code === 'dependency_unavailable') throw principal;
      return undefined;
    }
    return this.revocations.isRevoked(principal) ? undefined : principal;
  }

  /** What it says, to who may know of this tenant; without one, to who holds it. */
  async introspect(token: string, tenant?: string): Promise<Introspection> {
    const principal = await this.read(token);
    if (principal === undefined || principal.tenant !== (tenant ?? principal.tenant)) return INACTIVE;
    const { iss, aud, jti, iat, exp, client_id, sub } = decodeJwt(token);
    return {
      active: true,
      scope: principal.scopes.join(' '),
      client_id,
      username: principal.email,
      token_type: 'Bearer',
      exp,
      iat,
      sub: sub ?? principal.id,
      aud,
      iss,
      jti,
      role: principal.role,
      tenant: principal.tenant,
    };
  }

  /**
   * Ends one for who holds it, or for a client: one that was given to this client or to none. Others are left as they are,
   * and nobody is told.
   */
  async revoke(token: string, clientId?: string): Promise<void> {
    const principal = await this.read(token);
    if (principal?.credential === undefined) return;
    const owner = decodeJwt(token).client_id ?? clientId;
    if (clientId !== undefined && owner !== clientId) return;
    await this.revocations.revoke({
      kind: 'credential',
      id: principal.credential.id,
      tenant: principal.tenant,
      untilMs: principal.credential.expiresAt,
    });
  }
}
