export { type CredentialReader, CredentialReaders } from './gate/credential-readers.js';
export { IdentityModule } from './identity.module.js';
export { type Revocation } from './revocations/revocation.js';
export { Revocations } from './revocations/revocations.js';
export { KeyRing } from './tokens/key-ring.js';
export { type IssuedToken, TokenIssuer, type TokenTerms } from './tokens/token-issuer.js';
export { TokenReader } from './tokens/token-reader.js';
