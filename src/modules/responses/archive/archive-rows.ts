import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RequestDatabase } from '../../../infrastructure/database/index.js';
import type { ArchivedContent, ArchivedResponse } from './archived-response.js';

const COLUMNS = ['tenant', 'id', 'user_id', 'expires_at', 'facts', 'items', 'log'] as const;
/** Its row has a log once it has ended, and nothing when it was deleted. */
const HAS_BEGUN = 'stored_responses.facts IS NOT NULL AND stored_responses.log IS NULL';
/** What a statement deletes well within its time, also where it lies on a slow disk. */
const MOST_SWEPT = 200;

type Nullable<T> = { readonly [Key in keyof T]: T[Key] | null };

/** Responses as they are stored, each for its tenant alone. What requests ask fails as RequestDatabase does. */
@Injectable()
export class ArchiveRows {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
  ) {}

  /** In place of what had only begun; what else is there already, or was deleted, stays as it is. Works until the database is closed. */
  async add(responses: readonly ArchivedResponse[], expiresAt: Date): Promise<void> {
    const rows = responses.map(
      (_, row) => `(${COLUMNS.map((_, column) => `$${row * COLUMNS.length + column + 1}`).join(', ')})`,
    );
    await this.dataSource.query(
      `INSERT INTO stored_responses (${COLUMNS.join(', ')}) VALUES ${rows.join(', ')}
       ON CONFLICT (tenant, id) DO UPDATE
         SET expires_at = EXCLUDED.expires_at, facts = EXCLUDED.facts, items = EXCLUDED.items, log = EXCLUDED.log
       WHERE ${HAS_BEGUN}`,
      responses.flatMap(({ tenant, id, user, facts, items, log }) => [
        ...[tenant, id, user, expiresAt],
        ...[facts, items, log],
      ]),
    );
  }

  /** Stands for a response until its end is added. What is there already, or was deleted, stays as it is. */
  async begin(response: Omit<ArchivedResponse, 'log'>, expiresAt: Date): Promise<void> {
    const { tenant, id, user, facts, items } = response;
    await this.database.forTenant(tenant).query(
      `INSERT INTO stored_responses (tenant, id, user_id, expires_at, facts, items)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [tenant, id, user, expiresAt, facts, items],
    );
  }

  /** If it has only begun. */
  async forgetBegun(tenant: string, id: string): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM stored_responses WHERE tenant = $1 AND id = $2 AND ${HAS_BEGUN}`,
      [tenant, id],
    );
  }

  /** Without its items unless they are wanted. */
  async find(
    tenant: string,
    id: string,
    withItems: boolean,
  ): Promise<ArchivedContent | 'deleted' | undefined> {
    const columns = withItems ? 'facts, items, log' : 'facts, log';
    const [row] = await this.database
      .forTenant(tenant)
      .query<Nullable<ArchivedContent>>(
        `SELECT ${columns} FROM stored_responses WHERE tenant = $1 AND id = $2 AND expires_at > now()`,
        [tenant, id],
      );
    return row?.facts === null ? 'deleted' : (row as ArchivedContent | undefined);
  }

  /** Takes its place for as long as it could come: what is written late does not bring it back. */
  async delete(tenant: string, id: string, expiresAt: Date): Promise<void> {
    await this.database.forTenant(tenant).query(
      `INSERT INTO stored_responses (tenant, id, user_id, expires_at) VALUES ($1, $2, '', $3)
       ON CONFLICT (tenant, id) DO UPDATE SET user_id = '', facts = NULL, items = NULL, log = NULL`,
      [tenant, id, expiresAt],
    );
  }

  /** Some of what has expired goes. Whether there may be more. */
  async sweep(): Promise<boolean> {
    const rows = await this.database.query<object>(
      `WITH expired AS (SELECT tenant, id FROM stored_responses WHERE expires_at <= now() LIMIT ${MOST_SWEPT}),
            gone AS (DELETE FROM stored_responses USING expired
                      WHERE stored_responses.tenant = expired.tenant AND stored_responses.id = expired.id RETURNING 1)
       SELECT FROM gone`,
    );
    return rows.length === MOST_SWEPT;
  }
}
