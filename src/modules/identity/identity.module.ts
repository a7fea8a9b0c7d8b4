import { Global, Module } from '@nestjs/common';
import { Gatekeeper } from '../../common/http/gatekeeper.js';
import { PolicyGatekeeper } from './gate/policy-gatekeeper.js';

/** Who is asking. */
@Global()
@Module({
  providers: [{ provide: Gatekeeper, useClass: PolicyGatekeeper }],
  exports: [Gatekeeper],
})
export class IdentityModule {}
