import { Module } from '@nestjs/common';
import { UsersModule } from '../users/index.js';
import { ClientRequests } from './client-requests.js';
import { ClientDirectory } from './clients/client-directory.js';
import { ClientRows } from './clients/client-rows.js';
import { ClientsController } from './clients.controller.js';
import { DefaultScope } from './default-scope.js';
import { DeviceApproval } from './device-approval.js';
import { DeviceAttempts } from './device-attempts.js';
import { DeviceController } from './device.controller.js';
import { DiscoveryController } from './discovery.controller.js';
import { InteractionSteps } from './interaction-steps.js';
import { InteractionsController } from './interactions.controller.js';
import { Interactions } from './interactions.js';
import { OAuthController } from './oauth.controller.js';
import { OAuthServer } from './oauth-server.js';
import { StateRows } from './state/state-rows.js';
import { StateSweep } from './state/state-sweep.js';
import { StructuredTokens } from './structured-tokens.js';
import { TokenHolders } from './token-holders.js';
import { UserInfoController } from './userinfo.controller.js';

/** The authorization server. Needs DatabaseModule and IdentityModule. */
@Module({
  imports: [UsersModule],
  controllers: [
    ClientsController,
    DeviceController,
    DiscoveryController,
    InteractionsController,
    OAuthController,
    UserInfoController,
  ],
  providers: [
    ClientRequests,
    ClientDirectory,
    ClientRows,
    DefaultScope,
    DeviceApproval,
    DeviceAttempts,
    InteractionSteps,
    Interactions,
    OAuthServer,
    StateRows,
    StateSweep,
    StructuredTokens,
    TokenHolders,
  ],
})
export class OAuthModule {}
