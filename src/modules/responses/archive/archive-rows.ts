import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RequestDatabase } from '../../../infrastructure/database/index.js';
import type { ArchivedContent, ArchivedResponse } from './archived-response.js';

const COLUMNS = ['tenant', 'id', 'user_id', 'expires_at', 'facts', 'items', 'log'] as const;
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

  /** What is there already, or was deleted, stays as it is. Works until the database is closed. */
  async add(responses: readonly ArchivedResponse[], expiresAt: Date): Promise<void> {
    const rows = responses.map(
      (_, row) => `(${COLUMNS.map((_, column) => `$${row * COLUMNS.length + column + 1}`).join(', ')})`,
    );
    await this.dataSource.query(
      `INSERT INTO stored_responses (${COLUMNS.join(', ')}) VALUES ${rows.join(', ')} ON CONFLICT DO NOTHING`,
      responses.flatMap(({ tenant, id, user, facts, items, log }) => [
        ...[tenant, id, user, expiresAt],
        ...[facts, items, log],
      ]),
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
