import { Global, Module } from '@nestjs/common';
import { Gatekeeper } from '../../common/http/gatekeeper.js';
import { AppConfig } from '../../config/index.js';
import { CredentialDesk } from './gate/credential-desk.js';
import { CredentialReaders } from './gate/credential-readers.js';
import { FailedAttempts } from './gate/failed-attempts.js';
import { PolicyGatekeeper } from './gate/policy-gatekeeper.js';
import { Revocations } from './revocations/revocations.js';
import { StreamTickets } from './tickets/stream-tickets.js';
import { KeyRing } from './tokens/key-ring.js';
import { TokenIssuer } from './tokens/token-issuer.js';
import { TokenReader } from './tokens/token-reader.js';

/** Who is asking. */
@Global()
@Module({
  providers: [
    {
      provide: KeyRing,
      inject: [AppConfig],
      useFactory: ({ identity }: AppConfig) => KeyRing.open(identity),
    },
    {
      provide: TokenIssuer,
      inject: [KeyRing, AppConfig],
      useFactory: (ring: KeyRing, { identity }: AppConfig) => new TokenIssuer(ring, identity),
    },
    {
      provide: TokenReader,
      inject: [KeyRing, AppConfig],
      useFactory: (ring: KeyRing, { identity }: AppConfig) => new TokenReader(ring, identity),
    },
    CredentialDesk,
    CredentialReaders,
    FailedAttempts,
    Revocations,
    StreamTickets,
    { provide: Gatekeeper, useClass: PolicyGatekeeper },
  ],
  exports: [CredentialReaders, Gatekeeper, KeyRing, Revocations, TokenIssuer, TokenReader],
})
export class IdentityModule {}
