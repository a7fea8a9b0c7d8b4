export { requireScope } from './gate/require-rights.js';
export { IdentityModule } from './identity.module.js';
export { type Guest, IdentityWatch } from './revocations/identity-watch.js';
export { Revocations } from './revocations/revocations.js';
export { StoredCredentialsModule } from './stored-credentials.module.js';
export { KeyRing } from './tokens/key-ring.js';
export { type IssuedToken, TokenIssuer, type TokenTerms } from './tokens/token-issuer.js';
export { toPrincipal } from './tokens/to-principal.js';
