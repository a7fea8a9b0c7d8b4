import { Inject, Injectable } from '@nestjs/common';
import { isUuid } from '../../../common/uuid.js';
import { type Query, RequestDatabase } from '../../../infrastructure/database/index.js';
import type { Device, DeviceType } from './device.js';

const COLUMNS = `id, tenant, user_id, name, type, platform, model, app_version, public_key,
  created_at, rotated_at, last_seen_at`;

/** Whose devices are meant. */
export interface DeviceOwner {
  readonly tenant: string;
  readonly id: string;
}

/** Devices as they are stored. One that is revoked is not there. */
@Injectable()
export class DeviceRows {
  constructor(@Inject(RequestDatabase) private readonly database: RequestDatabase) {}

  /** Asks the database once, whatever the id looks like. */
  async find(id: string): Promise<Device | undefined> {
    const [row] = await this.database.query<Row>(
      `SELECT ${COLUMNS} FROM devices WHERE id = $1 AND revoked_at IS NULL`,
      [isUuid(id) ? id : NOBODY],
    );
    return row && toDevice(row);
  }

  /** The newest first. */
  async list({ tenant, id }: DeviceOwner): Promise<Device[]> {
    if (!isUuid(id)) return [];
    const rows = await this.database.forTenant(tenant).query<Row>(
      `SELECT ${COLUMNS} FROM devices WHERE user_id = $1 AND tenant = $2 AND revoked_at IS NULL
        ORDER BY created_at DESC, id LIMIT 1000`,
      [id, tenant],
    );
    return rows.map(toDevice);
  }

  async insert(device: Device, query: Query = this.database.query): Promise<void> {
    await query(
      `INSERT INTO devices (id, tenant, user_id, name, type, platform, model, app_version, public_key, created_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        device.id,
        device.tenant,
        device.userId,
        device.name,
        device.type,
        device.platform ?? null,
        device.model ?? null,
        device.appVersion ?? null,
        device.publicKey,
        device.createdAt,
      ],
    );
  }

  /** Gives false where the key is not the old one any more, or the new one was retired before. */
  async replaceKey(device: Device, newKey: Buffer, at: Date): Promise<boolean> {
    const rows = await this.database.query<object>(
      `WITH rotated AS (
         UPDATE devices SET public_key = $3, rotated_at = $4
          WHERE id = $1 AND public_key = $2 AND revoked_at IS NULL
            AND NOT EXISTS (SELECT FROM device_former_keys WHERE device_id = $1 AND public_key = $3)
         RETURNING id, tenant
       ), former AS (
         INSERT INTO device_former_keys (tenant, device_id, public_key, retired_at)
         SELECT tenant, id, $2, $4 FROM rotated
       ) SELECT id FROM rotated`,
      [device.id, device.publicKey, newKey, at],
    );
    return rows.length > 0;
  }

  async revokeAll({ id, tenant }: DeviceOwner, at: Date): Promise<void> {
    await this.database
      .forTenant(tenant)
      .query('UPDATE devices SET revoked_at = $3 WHERE user_id = $1 AND tenant = $2 AND revoked_at IS NULL', [
        id,
        tenant,
        at,
      ]);
  }

  /** Gives false where there was none to revoke. */
  async revoke(id: string, at: Date): Promise<boolean> {
    const rows = await this.database.query<object>(
      `WITH revoked AS (
         UPDATE devices SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id
       ) SELECT id FROM revoked`,
      [id, at],
    );
    return rows.length > 0;
  }
}

/** No device has it. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

interface Row {
  readonly id: string;
  readonly tenant: string;
  readonly user_id: string;
  readonly name: string;
  readonly type: DeviceType;
  readonly platform: string | null;
  readonly model: string | null;
  readonly app_version: string | null;
  readonly public_key: Buffer | Uint8Array;
  readonly created_at: Date;
  readonly rotated_at: Date | null;
  readonly last_seen_at: Date | null;
}

const toDevice = (row: Row): Device => ({
  id: row.id,
  tenant: row.tenant,
  userId: row.user_id,
  name: row.name,
  type: row.type,
  platform: row.platform ?? undefined,
  model: row.model ?? undefined,
  appVersion: row.app_version ?? undefined,
  publicKey: Buffer.from(row.public_key),
  createdAt: row.created_at,
  rotatedAt: row.rotated_at ?? undefined,
  lastSeenAt: row.last_seen_at ?? undefined,
});
