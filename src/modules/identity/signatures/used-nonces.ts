import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { type Clock, SYSTEM_CLOCK } from '../../../common/clock.js';
import type { RequestDatabase } from '../../../infrastructure/database/index.js';
import { MAX_AGE_S, MAX_AHEAD_S } from './signature-claim.js';

/** Twice the time in which a signature can be good, so that clocks may differ between replicas. */
const KEPT_MS = 2 * (MAX_AGE_S + MAX_AHEAD_S) * 1000;
const SWEEP_EVERY_MS = 60_000;

/** Nonces that signatures have used up. One statement decides, so that of all replicas exactly one takes each. */
export class UsedNonces implements OnModuleInit, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Pick<RequestDatabase, 'query'>,
    private readonly clock: Clock = SYSTEM_CLOCK,
  ) {}

  /** Whether it is new for the device. Puts down, at most once a minute, that the device was here. */
  async take(tenant: string, device: string, nonce: string): Promise<boolean> {
    const now = this.clock.now();
    const rows = await this.database.query(
      `WITH taken AS (
         INSERT INTO signature_nonces (tenant, device_id, nonce, expires_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (device_id, nonce) DO UPDATE SET expires_at = EXCLUDED.expires_at
           WHERE signature_nonces.expires_at < $5
         RETURNING device_id
       ), seen AS (
         UPDATE devices SET last_seen_at = $5
          WHERE id = $2 AND EXISTS (SELECT FROM taken)
            AND (last_seen_at IS NULL OR last_seen_at < $5::timestamptz - interval '1 minute')
       ) SELECT device_id FROM taken`,
      [tenant, device, nonce, new Date(now + KEPT_MS), new Date(now)],
    );
    return rows.length > 0;
  }

  /** Forgets those that no signature can use any more. */
  async sweep(): Promise<void> {
    await this.database.query(`WITH old AS (DELETE FROM signature_nonces WHERE expires_at < $1) SELECT`, [
      new Date(this.clock.now()),
    ]);
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.sweep().catch(() => undefined), SWEEP_EVERY_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }
}
