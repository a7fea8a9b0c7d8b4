import { Inject, Injectable } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../../common/clock.js';
import { RequestDatabase } from '../../../infrastructure/database/index.js';
import { NONCE_KEPT_MS, type NonceUse } from './nonce-use.js';

/** Used nonces in PostgreSQL. One statement decides, so that of all replicas exactly one takes each. */
@Injectable()
export class NonceRows {
  constructor(@Inject(RequestDatabase) private readonly database: RequestDatabase) {}

  /** Whether it is new for the device. Puts down, at most once a minute, that the device was here. */
  async take({ tenant, device, nonce }: NonceUse): Promise<boolean> {
    const now = SYSTEM_CLOCK.now();
    const rows = await this.database.query(
      `WITH taken AS (
         INSERT INTO signature_nonces (tenant, device_id, nonce, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (device_id, nonce) DO UPDATE SET expires_at = EXCLUDED.expires_at
           WHERE signature_nonces.expires_at < $5::timestamptz
         RETURNING device_id
       ), seen AS (
         UPDATE devices SET last_seen_at = $5::timestamptz
          WHERE id = $2 AND EXISTS (SELECT FROM taken)
            AND (last_seen_at IS NULL OR last_seen_at < $5::timestamptz - interval '1 minute')
       ) SELECT device_id FROM taken`,
      [tenant, device, nonce, new Date(now + NONCE_KEPT_MS), new Date(now)],
    );
    return rows.length > 0;
  }
}
