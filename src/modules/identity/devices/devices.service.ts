import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { AppConfig } from '../../../config/index.js';
import type { Principal } from '../../../contracts/principal.js';
import { ApiKeys } from '../api-keys/api-keys.service.js';
import { Revocations } from '../revocations/revocations.js';
import type { Device } from './device.js';
import { TOKEN_LIFETIME_S } from './device-entry.js';
import { noSuchDevice } from './device-faults.js';
import { DeviceRows } from './device-rows.js';

/** Clocks that are apart, and then some. */
const SKEW_S = 300;

/** The devices of a caller. Those of others are not there. */
@Injectable()
export class Devices {
  private readonly clock = SYSTEM_CLOCK;

  private readonly revokedForMs: number;

  constructor(
    @Inject(AppConfig) { oauth }: AppConfig,
    @Inject(DeviceRows) private readonly rows: DeviceRows,
    @Inject(ApiKeys) private readonly keys: ApiKeys,
    @Inject(Revocations) private readonly revocations: Revocations,
  ) {
    this.revokedForMs = (Math.max(TOKEN_LIFETIME_S, oauth.accessTokenTtlS) + SKEW_S) * 1000;
  }

  list(caller: Principal): Promise<Device[]> {
    return this.rows.list(caller);
  }

  /** Throws `not_found`. */
  async get(caller: Principal, id: string): Promise<Device> {
    const device = await this.rows.find(id);
    if (device?.userId === caller.id && device.tenant === caller.tenant) return device;
    throw noSuchDevice();
  }

  /** The one the caller speaks from, or the one of theirs that they name. */
  async current(caller: Principal, named: string | undefined): Promise<Device> {
    const id = caller.device ?? named;
    if (id === undefined)
      throw new GatewayError('invalid_request', 'device_id is required: the credential is of no device.', {
        param: 'device_id',
      });
    if (named !== undefined && named !== id) throw noSuchDevice();
    return this.get(caller, id);
  }

  /** Its tokens, API keys and connections end with it. Asked again after a failure, it does what is left to do. */
  async revoke(caller: Principal, id: string): Promise<void> {
    const device = await this.get(caller, id);
    const { tenant } = device;
    const now = this.clock.now();
    const untilMs = now + this.revokedForMs;
    await this.revocations.revoke({ kind: 'device', id: device.id, tenant, untilMs });
    await this.keys.deleteOfDevice({ tenant, device: device.id });
    await this.rows.revoke(device.id, new Date(now));
  }
}
