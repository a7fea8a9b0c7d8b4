import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { DeviceSignatures, type SignatureKeys, type SigningKey } from '../signatures/device-signatures.js';
import { UsedNonces } from '../signatures/used-nonces.js';
import { UserSessions } from '../users/user-sessions.js';
import { Users } from '../users/users.service.js';
import { toPrincipal } from './device-entry.js';
import { DeviceRows } from './device-rows.js';

/** The keys of all devices, asked anew for each request: one that was exchanged or revoked is dead at once. */
@Injectable()
export class DeviceKeys implements SignatureKeys, OnModuleInit {
  constructor(
    @Inject(DeviceSignatures) private readonly signatures: DeviceSignatures,
    @Inject(DeviceRows) private readonly rows: DeviceRows,
    @Inject(UsedNonces) private readonly nonces: UsedNonces,
    @Inject(Users) private readonly users: Users,
    @Inject(UserSessions) private readonly sessions: UserSessions,
  ) {}

  onModuleInit(): void {
    this.sessions.onEnd(async (user, extent) => {
      if (extent === 'everything') await this.rows.revokeAll(user, new Date(SYSTEM_CLOCK.now()));
    });
    this.signatures.useKeys(this);
  }

  async find(keyId: string): Promise<SigningKey | undefined> {
    const device = await this.rows.find(keyId);
    if (device === undefined) return undefined;
    return {
      publicKey: device.publicKey,
      principal: async () => {
        const user = await this.users.findById(device.userId);
        return user === undefined || user.disabled ? undefined : toPrincipal(user, device);
      },
      take: (nonce) => this.nonces.take({ tenant: device.tenant, device: device.id, nonce }),
    };
  }
}
