import { Inject, Injectable } from '@nestjs/common';
import { RequestDatabase, type Query } from '../../../infrastructure/database/index.js';
import { Conditions } from '../reading/conditions.js';
import type { VisibleRows } from '../reading/visible-rows.js';
import { deleteMessages } from './delete-messages.js';

/** A conversation with the numbers of those entries of the chain whose keys are kept for it. */
export interface Erasable {
  readonly id: number;
  readonly seqs: readonly number[];
}

/** Finds and deletes conversations with all that makes them readable. */
@Injectable()
export class ErasableRows {
  constructor(@Inject(RequestDatabase) private readonly database: RequestDatabase) {}

  /** As they are now; one that is not there any more is left out. */
  async find({ tenant }: VisibleRows, ids: readonly number[]): Promise<Erasable[]> {
    const database = this.database.forTenant(tenant);
    const rows = await database.query<{ id: number }>(
      'SELECT id FROM conversations WHERE id = ANY($1) ORDER BY id',
      [ids],
    );
    const seqs = await seqsOf((sql, values) => database.query(sql, values), ids);
    return rows.map(({ id }) => ({ id, seqs: seqs.get(id) ?? [] }));
  }

  /** Of a user, the oldest first, after one and through another. */
  async idsOf(
    { tenant, userId }: VisibleRows,
    user: string,
    { after, through, limit }: { after: number; through: number; limit: number },
  ): Promise<number[]> {
    const where = new Conditions()
      .add('tenant = ?', tenant)
      .add('user_id = ?', userId)
      .add('user_id = ?', user)
      .add('id > ?', after)
      .add('id <= ?', through);
    const rows = await this.database
      .forTenant(tenant)
      .query<{ id: number }>(
        `SELECT id FROM conversations WHERE ${where.sql} ORDER BY id LIMIT ${where.bind(limit)}`,
        where.values,
      );
    return rows.map(({ id }) => id);
  }

  /** Responses of a user that can be gone on from, also those of which no conversation is on record. */
  async deleteResponsesOf({ tenant, userId }: VisibleRows, user: string): Promise<void> {
    if (userId !== undefined && userId !== user) return;
    await this.database
      .forTenant(tenant)
      .query('DELETE FROM stored_responses WHERE tenant = $1 AND user_id = $2', [tenant, user]);
  }

  /**
   * Deletes, in one transaction, those that are as they were found, and tells how many there still were. One that has
   * got other entries since has grown: it stays as it is.
   */
  delete({ tenant }: VisibleRows, found: readonly Erasable[]): Promise<{ deleted: number; grown: number[] }> {
    const ids = found.map(({ id }) => id);
    return this.database.forTenant(tenant).transaction(async (query) => {
      // Nobody adds to them from here on.
      await query('SELECT FROM conversations WHERE id = ANY($1) ORDER BY id FOR UPDATE', [ids]);
      const current = await seqsOf(query, ids);
      const hasGrown = ({ id, seqs }: Erasable) => current.get(id)?.some((seq) => !seqs.includes(seq));
      const grown = found.filter(hasGrown).map(({ id }) => id);
      const rest = ids.filter((id) => !grown.includes(id));
      await deleteResponses(
        query,
        tenant,
        found.filter((erasable) => !hasGrown(erasable)).flatMap(({ seqs }) => seqs),
      );
      await query('DELETE FROM audit_keys WHERE conversation_id = ANY($1)', [rest]);
      await deleteMessages(query, rest);
      const deleted = await query(
        'WITH gone AS (DELETE FROM conversations WHERE id = ANY($1) RETURNING id) SELECT id FROM gone',
        [rest],
      );
      return { deleted: deleted.length, grown };
    });
  }
}

/** What could be gone on from of these entries. */
async function deleteResponses(query: Query, tenant: string, seqs: readonly number[]): Promise<void> {
  await query(
    `DELETE FROM stored_responses USING audit_entries AS entry
      WHERE entry.tenant = $1 AND seq = ANY($2::bigint[]) AND stored_responses.tenant = $1 AND id = subject`,
    [tenant, seqs],
  );
}

async function seqsOf(query: Query, ids: readonly number[]): Promise<Map<number, number[]>> {
  const rows = await query<{ id: number; seqs: string[] }>(
    `SELECT conversation_id AS id, array_agg(seq ORDER BY seq)::text[] AS seqs
       FROM audit_keys WHERE conversation_id = ANY($1) GROUP BY conversation_id`,
    [ids],
  );
  return new Map(rows.map(({ id, seqs }) => [id, seqs.map(Number)]));
}
