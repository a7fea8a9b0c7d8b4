import { Module } from '@nestjs/common';
import { StoredCredentialsModule } from '../stored-credentials.module.js';
import { NonceRows } from '../signatures/nonce-rows.js';
import { SharedNonces } from '../signatures/shared-nonces.js';
import { UsedNonces } from '../signatures/used-nonces.js';
import { UsersModule } from '../users/users.module.js';
import { DeviceApiKeys } from './device-api-keys.js';
import { DeviceEntry } from './device-entry.js';
import { DeviceKeys } from './device-keys.js';
import { DeviceRegistrationController } from './device-registration.controller.js';
import { DeviceRegistration } from './device-registration.service.js';
import { DeviceRows } from './device-rows.js';
import { DevicesController } from './devices.controller.js';
import { Devices } from './devices.service.js';
import { Emails } from './emails.service.js';
import { ExpiredRows } from './expired-rows.js';
import { KeyRotations } from './key-rotation.service.js';
import { MailCodes } from './mail-codes.js';
import { Pairings } from './pairings.service.js';

/** Devices that speak for users, with keys of their own. Needs DatabaseModule. */
@Module({
  imports: [StoredCredentialsModule, UsersModule],
  controllers: [DeviceRegistrationController, DevicesController],
  providers: [
    DeviceApiKeys,
    DeviceEntry,
    DeviceKeys,
    DeviceRegistration,
    DeviceRows,
    Devices,
    Emails,
    ExpiredRows,
    KeyRotations,
    MailCodes,
    NonceRows,
    Pairings,
    SharedNonces,
    UsedNonces,
  ],
})
export class DevicesModule {}
