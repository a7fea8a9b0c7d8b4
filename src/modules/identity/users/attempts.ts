import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import { SYSTEM_CLOCK, type Clock } from '../../../common/clock.js';
import { RequestDatabase } from '../../../infrastructure/database/index.js';

/** How often something may be tried within a time. */
export interface AttemptLimit {
  readonly kind: string;
  readonly most: number;
  readonly withinS: number;
}

/** Whose attempts are counted together; of a tenant, or of none. */
export interface AttemptSubject {
  readonly tenant: string;
  readonly subject: string;
}

export const AttemptsClock = Symbol('AttemptsClock');

/** Counts attempts for all replicas. An attempt counts before it is looked at, so that many at once do not slip through. */
@Injectable()
export class Attempts {
  constructor(
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
    @Inject(AttemptsClock) private readonly clock: Clock = SYSTEM_CLOCK,
  ) {}

  /** Throws `rate_limit_exceeded` when there were too many. */
  async count(limit: AttemptLimit, who: AttemptSubject, message: string): Promise<void> {
    const now = this.clock.now();
    const [row] = await this.database.query<{ count: number; resets_at: Date }>(
      `INSERT INTO attempts AS had (tenant, kind, subject, count, resets_at) VALUES ($1, $2, $3, 1, $5)
       ON CONFLICT (tenant, kind, subject) DO UPDATE
         SET count = CASE WHEN had.resets_at <= $4 THEN 1 ELSE LEAST(had.count, $6) + 1 END,
             resets_at = CASE WHEN had.resets_at <= $4 THEN EXCLUDED.resets_at ELSE had.resets_at END
       RETURNING count, resets_at`,
      [...keyOf(limit, who), new Date(now), new Date(now + limit.withinS * 1000), limit.most],
    );
    if (row === undefined || row.count <= limit.most) return;
    const retryAfterS = Math.max(1, Math.ceil((row.resets_at.getTime() - now) / 1000));
    throw new GatewayError('rate_limit_exceeded', message, { retryAfterS });
  }

  /** Takes one back: it was right. */
  async giveBack(limit: AttemptLimit, who: AttemptSubject): Promise<void> {
    await this.database.query(
      'UPDATE attempts SET count = GREATEST(count - 1, 0) WHERE tenant = $1 AND kind = $2 AND subject = $3',
      keyOf(limit, who),
    );
  }

  /** Forgets what was tried. */
  async clear(limit: AttemptLimit, who: AttemptSubject): Promise<void> {
    await this.database.query(
      'DELETE FROM attempts WHERE tenant = $1 AND kind = $2 AND subject = $3',
      keyOf(limit, who),
    );
  }

  /** What has run out goes. */
  async sweep(): Promise<void> {
    await this.database.query('DELETE FROM attempts WHERE resets_at <= $1', [new Date(this.clock.now())]);
  }
}

/** Addresses and names are not kept in clear: nobody has to read them here. */
const keyOf = ({ kind }: AttemptLimit, { tenant, subject }: AttemptSubject): unknown[] => [
  tenant,
  kind,
  createHash('sha256').update(subject).digest('base64url'),
];
