import { Global, Module } from '@nestjs/common';
import { Gatekeeper } from '../../common/http/gatekeeper.js';
import { EncryptedRequests } from '../../common/http/encrypted-requests.js';
import { AppConfig } from '../../config/index.js';
import { DeviceEncryption } from './encryption/device-encryption.js';
import { EncryptionKey } from './encryption/encryption-key.js';
import { EncryptionKeyController } from './encryption/encryption-key.controller.js';
import { CredentialDesk } from './gate/credential-desk.js';
import { CredentialReaders } from './gate/credential-readers.js';
import { FailedAttempts } from './gate/failed-attempts.js';
import { PolicyGatekeeper } from './gate/policy-gatekeeper.js';
import { SignedRequests } from '../../common/http/signed-requests.js';
import { IdentityWatch } from './revocations/identity-watch.js';
import { Revocations } from './revocations/revocations.js';
import { DeviceSignatures } from './signatures/device-signatures.js';
import { TicketsController } from './tickets/tickets.controller.js';
import { StreamTickets } from './tickets/stream-tickets.js';
import { JwksController } from './tokens/jwks.controller.js';
import { KeyRing } from './tokens/key-ring.js';
import { TokenIssuer } from './tokens/token-issuer.js';
import { TokenReader } from './tokens/token-reader.js';

/** Who is asking. */
@Global()
@Module({
  controllers: [EncryptionKeyController, JwksController, TicketsController],
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
    {
      provide: EncryptionKey,
      inject: [KeyRing],
      useFactory: ({ current }: KeyRing) => EncryptionKey.from(current.privateKey),
    },
    {
      provide: EncryptedRequests,
      inject: [EncryptionKey, AppConfig],
      useFactory: (key: EncryptionKey, { identity }: AppConfig) =>
        new DeviceEncryption(key, identity.audience),
    },
    CredentialDesk,
    CredentialReaders,
    DeviceSignatures,
    FailedAttempts,
    IdentityWatch,
    Revocations,
    StreamTickets,
    { provide: Gatekeeper, useClass: PolicyGatekeeper },
    { provide: SignedRequests, useExisting: DeviceSignatures },
  ],
  exports: [
    CredentialReaders,
    DeviceSignatures,
    EncryptedRequests,
    FailedAttempts,
    Gatekeeper,
    IdentityWatch,
    KeyRing,
    Revocations,
    SignedRequests,
    TokenIssuer,
    TokenReader,
  ],
})
export class IdentityModule {}
