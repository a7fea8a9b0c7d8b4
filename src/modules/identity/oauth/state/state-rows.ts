import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { RequestDatabase } from '../../../../infrastructure/database/index.js';

/** Expired rows stay so long, so that who is late learns that it is too late, and not that nothing ever was. */
const KEPT_AFTER_END = "INTERVAL '1 hour'";
export const FIRST_INTERVAL_S = 5;
const LONGER_BY_S = 5;

export interface StateRow {
  readonly id: string;
  readonly payload: Record<string, unknown> | null;
  readonly sealed: Buffer | null;
  readonly consumed_at: Date | null;
}

export interface NewState {
  readonly model: string;
  readonly id: string;
  readonly tenant: string;
  readonly payload: object | null;
  readonly sealed: Buffer | null;
  readonly grantId: string | null;
  readonly accountId: string | null;
  readonly clientId: string | null;
  readonly uid: string | null;
  readonly userCode: string | null;
  /** Whether somebody has decided about it. */
  readonly settled: boolean;
  readonly expiresAt: Date;
}

/** The state of the authorization server as it is stored. What must happen once is decided by single statements. */
@Injectable()
export class StateRows {
  constructor(@Inject(RequestDatabase) private readonly database: RequestDatabase) {}

  /** Gives false where it had been decided about already. */
  async put(state: NewState): Promise<boolean> {
    const rows = await this.database.query<object>(
      `INSERT INTO oauth_state AS old
         (model, id, tenant, payload, sealed, grant_id, account_id, client_id, uid, user_code, settled, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       ON CONFLICT (model, id) DO UPDATE
         SET tenant = EXCLUDED.tenant, payload = EXCLUDED.payload, sealed = EXCLUDED.sealed,
             grant_id = EXCLUDED.grant_id, account_id = EXCLUDED.account_id, uid = EXCLUDED.uid,
             settled = EXCLUDED.settled, expires_at = EXCLUDED.expires_at
         WHERE NOT old.settled
       RETURNING 1`,
      [
        state.model,
        state.id,
        state.tenant,
        state.payload && JSON.stringify(state.payload),
        state.sealed,
        state.grantId,
        state.accountId,
        state.clientId,
        state.uid,
        state.userCode,
        state.settled,
        state.expiresAt,
      ],
    );
    return rows.length > 0;
  }

  find(model: string, id: string): Promise<StateRow | undefined> {
    return this.first(model, 'id', id);
  }

  findByUid(model: string, uid: string): Promise<StateRow | undefined> {
    return this.first(model, 'uid', uid);
  }

  findByUserCode(model: string, userCode: string): Promise<StateRow | undefined> {
    return this.first(model, 'user_code', userCode);
  }

  /** True for one caller only, whoever else asks at the same time and wherever. */
  async consume(model: string, id: string): Promise<boolean> {
    const rows = await this.database.query<object>(
      `WITH used AS (
         UPDATE oauth_state SET consumed_at = now() WHERE model = $1 AND id = $2 AND consumed_at IS NULL RETURNING 1
       ) SELECT FROM used`,
      [model, id],
    );
    return rows.length > 0;
  }

  /** What opens once is open no more; that it was used, where it was, is kept in mind. */
  async spend(model: string, id: string): Promise<void> {
    await this.database.query(
      'DELETE FROM oauth_state WHERE model = $1 AND id = $2 AND consumed_at IS NULL AND expires_at > now()',
      [model, id],
    );
  }

  async delete(model: string, id: string): Promise<void> {
    await this.database.query('DELETE FROM oauth_state WHERE model = $1 AND id = $2', [model, id]);
  }

  async deleteOfGrant(model: string, grantId: string): Promise<void> {
    await this.database.query('DELETE FROM oauth_state WHERE model = $1 AND grant_id = $2', [model, grantId]);
  }

  async grantsOfAccount(accountId: string): Promise<string[]> {
    const rows = await this.database.query<{ grant_id: string }>(
      `SELECT payload->>'jti' AS grant_id FROM oauth_state WHERE account_id = $1 AND model = 'Grant'`,
      [accountId],
    );
    return rows.map(({ grant_id }) => grant_id);
  }

  /** Sessions, grants and tokens of a user go. Gives the grants there were. */
  async deleteOfAccount(accountId: string): Promise<string[]> {
    const rows = await this.database.query<{ grant_id: string }>(
      `WITH gone AS (DELETE FROM oauth_state WHERE account_id = $1 RETURNING model, payload)
       SELECT payload->>'jti' AS grant_id FROM gone WHERE model = 'Grant'`,
      [accountId],
    );
    return rows.map(({ grant_id }) => grant_id);
  }

  /** The same for all that a client was given. */
  async deleteOfClient(clientId: string): Promise<string[]> {
    const rows = await this.database.query<{ grant_id: string }>(
      `WITH gone AS (DELETE FROM oauth_state WHERE client_id = $1 RETURNING model, payload)
       SELECT payload->>'jti' AS grant_id FROM gone WHERE model = 'Grant'`,
      [clientId],
    );
    return rows.map(({ grant_id }) => grant_id);
  }

  /**
   * Whether a device that waits asks too early. Then its interval grows, and this attempt does not count as one, so that
   * a steady device gets through (RFC 8628, section 3.5).
   */
  async asksTooEarly(id: string, now: Date): Promise<boolean> {
    const [row] = await this.database.query<{ early: boolean }>(
      `WITH polled AS (
         UPDATE oauth_state AS code
            SET interval_s = CASE WHEN last.early THEN last.interval_s + ${LONGER_BY_S} ELSE last.interval_s END,
                polled_at = CASE WHEN last.early THEN code.polled_at ELSE $2 END
           FROM (
             SELECT model, id, COALESCE(interval_s, ${FIRST_INTERVAL_S}) AS interval_s,
                    COALESCE($2 < polled_at + make_interval(secs => COALESCE(interval_s, ${FIRST_INTERVAL_S})), false) AS early
               FROM oauth_state WHERE model = 'DeviceCode' AND id = $1 FOR UPDATE
           ) AS last
          WHERE code.model = last.model AND code.id = last.id
         RETURNING last.early
       ) SELECT early FROM polled`,
      [id, now],
    );
    return row?.early ?? false;
  }

  async sweep(): Promise<void> {
    await this.database.query(`DELETE FROM oauth_state WHERE expires_at < now() - ${KEPT_AFTER_END}`);
  }

  private async first(model: string, column: string, value: string): Promise<StateRow | undefined> {
    const [row] = await this.database.query<StateRow>(
      `SELECT id, payload, sealed, consumed_at FROM oauth_state WHERE model = $1 AND ${column} = $2
        ORDER BY expires_at DESC LIMIT 1`,
      [model, value],
    );
    return row;
  }
}

/** By which something is found and nobody gets in. */
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('base64url');
