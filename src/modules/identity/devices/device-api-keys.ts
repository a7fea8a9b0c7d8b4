import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { ApiKeys } from '../api-keys/api-keys.service.js';
import { Attempts, type AttemptLimit } from '../users/attempts.js';
import { Devices } from './devices.service.js';

const CREATE: AttemptLimit = { kind: 'device-api-key', most: 20, withinS: 3600 };
const LIFETIME_S = 3600;

export interface DeviceApiKey {
  readonly id: string;
  readonly key: string;
  readonly prefix: string;
  readonly expiresAt: Date;
  readonly lifetimeS: number;
  readonly scopes: readonly string[];
}

/** API keys for programs that cannot sign or log in. They end soon, and those of a device with it. */
@Injectable()
export class DeviceApiKeys {
  constructor(
    @Inject(Devices) private readonly devices: Devices,
    @Inject(ApiKeys) private readonly keys: ApiKeys,
    @Inject(Attempts) private readonly attempts: Attempts,
  ) {}

  async create(
    caller: Principal,
    {
      name,
      lifetimeS = LIFETIME_S,
      scopes,
    }: { name?: string; lifetimeS?: number; scopes?: readonly string[] },
  ): Promise<DeviceApiKey> {
    const device = caller.device === undefined ? undefined : await this.devices.get(caller, caller.device);
    const granted = scopes ?? caller.scopes.filter((scope) => scope === 'read' || scope === 'write');
    if (!granted.every((scope) => caller.scopes.includes(scope)))
      throw new GatewayError('insufficient_scope', 'A key cannot have more scopes than its maker.');
    await this.attempts.count(
      CREATE,
      { tenant: caller.tenant, subject: device?.id ?? caller.id },
      'Too many keys were made; come back later.',
    );
    const expiresAt = new Date(SYSTEM_CLOCK.now() + lifetimeS * 1000);
    const { id, key, prefix } = await this.keys.create({
      owner: caller,
      name: name ?? device?.name ?? 'temporary',
      scopes: granted,
      expiresAt,
      ...(device !== undefined && { device: device.id }),
    });
    return { id, key, prefix, expiresAt, lifetimeS, scopes: granted };
  }
}
