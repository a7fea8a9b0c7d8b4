/** Who is asking, in which tenant, with which scopes. */
export interface Principal {
  readonly id: string;
  readonly tenant: string;
  readonly role: 'anonymous' | 'user' | 'premium' | 'admin';
  readonly scopes: readonly string[];
}

/** A caller without credentials from a trusted network. */
export const ANONYMOUS: Principal = { id: 'anonymous', tenant: 'default', role: 'anonymous', scopes: [] };
