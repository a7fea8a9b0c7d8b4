import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import type { Principal } from '../../../contracts/principal.js';
import type { Query } from '../../../infrastructure/database/index.js';
import { TokenIssuer } from '../tokens/token-issuer.js';
import { requireScope } from '../gate/require-rights.js';
import { requireFullPower } from '../users/require-full-power.js';
import type { User } from '../users/user.js';
import type { Device, DeviceDescription } from './device.js';
import { DeviceRows } from './device-rows.js';

/** A device gets another one with a signed request whenever it likes, so a token need not live long. */
export const TOKEN_LIFETIME_S = 3600;
/** A device does whatever its user may. */
const DEVICE_SCOPES = ['read', 'write'] as const;

/** Throws where the caller's credential has less than a device of theirs would have. */
export function requireDevicePower(caller: Principal, user: User): void {
  for (const scope of DEVICE_SCOPES) requireScope(caller, scope);
  requireFullPower(caller, user);
}

export interface DeviceToken {
  readonly device: string;
  readonly token: string;
  readonly lifetimeS: number;
  readonly scopes: readonly string[];
}

/** Lets a device in, once it is known whose it is and that it has its key. */
@Injectable()
export class DeviceEntry {
  private readonly clock = SYSTEM_CLOCK;

  constructor(
    @Inject(DeviceRows) private readonly rows: DeviceRows,
    @Inject(TokenIssuer) private readonly issuer: TokenIssuer,
  ) {}

  async put(
    { id: userId, tenant }: Pick<User, 'id' | 'tenant'>,
    { id, publicKey, description }: { id: string; publicKey: Buffer; description: DeviceDescription },
    query: Query,
  ): Promise<void> {
    const device: Device = {
      ...description,
      id,
      tenant,
      userId,
      publicKey,
      createdAt: new Date(this.clock.now()),
    };
    await this.rows.insert(device, query);
  }

  async issue(user: User, device: string): Promise<DeviceToken> {
    const { token } = await this.issuer.issue({
      subject: user.id,
      tenant: user.tenant,
      role: user.role,
      scopes: DEVICE_SCOPES,
      email: user.email,
      device,
      lifetimeS: TOKEN_LIFETIME_S,
    });
    return { device, token, lifetimeS: TOKEN_LIFETIME_S, scopes: DEVICE_SCOPES };
  }
}

/** Who signs with the key of a device. */
export const toPrincipal = (user: User, { id: device, createdAt, rotatedAt }: Device): Principal => ({
  id: user.id,
  tenant: user.tenant,
  role: user.role,
  scopes: DEVICE_SCOPES,
  email: user.email,
  device,
  // What ends all that was given before ends what devices and keys there were then, and none that come later.
  credential: { kind: 'signature', id: device, issuedAt: (rotatedAt ?? createdAt).getTime() },
});
