/** Who is asking, in which tenant, with which scopes. */
export interface Principal {
  readonly id: string;
  readonly tenant: string;
  readonly role: Role;
  readonly scopes: readonly string[];
  readonly email?: string;
  /** The device the caller speaks from, where the credential says so. */
  readonly device?: string;
  /** What was shown; none for a caller who is trusted without. */
  readonly credential?: Credential;
}

export type Role = 'anonymous' | 'user' | 'premium' | 'admin';

/** The proof of who is asking, by its name: never the secret itself. A stream ticket is what it was given for. */
export interface Credential {
  readonly kind: 'token' | 'api_key' | 'signature';
  /** By which limits count it and a revocation names it: a token's `jti`, an API key's id, a device key's id. */
  readonly id: string;
  /** When it was given, in milliseconds since 1970. */
  readonly issuedAt?: number;
  /** When it stops to be one, in milliseconds since 1970. */
  readonly expiresAt?: number;
  /** The consent it comes from, where it comes from one: all credentials of a grant are revoked together. */
  readonly grant?: string;
}

/** A caller without credentials from a trusted network. */
export const ANONYMOUS: Principal = { id: 'anonymous', tenant: 'default', role: 'anonymous', scopes: [] };
