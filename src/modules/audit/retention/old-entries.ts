import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { deleteMessages } from '../erasure/delete-messages.js';

const STRETCH = 20_000;
/** What a statement deletes well within its time, also where it lies on a slow disk. */
const BATCH = { rows: 500, bytes: 4 * 1024 * 1024 };

const OLD_STRETCH = `
SELECT max(seq) AS last, min(seq) FILTER (WHERE recorded_at >= $3) AS young,
       bool_or(kind <> 'tombstone' AND recorded_at < $3) AS worthwhile
  FROM (SELECT seq, kind, recorded_at FROM audit_entries
         WHERE tenant = $1 AND seq > $2 ORDER BY seq LIMIT ${STRETCH}) AS stretch`;

const REMOVE_SOME = `
DELETE FROM audit_entries WHERE tenant = $1 AND seq IN (
  SELECT seq FROM (SELECT seq, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS bytes_before
                     FROM (SELECT seq, body FROM audit_entries WHERE tenant = $1 AND seq <= $2
                            ORDER BY seq LIMIT ${BATCH.rows}) AS next) AS sized
   WHERE bytes_before < ${BATCH.bytes}) RETURNING seq, subject`;

/** Conversations none of whose entries has a key any more. */
const FORGOTTEN = `
SELECT id FROM unnest($1::integer[]) AS gone(id)
 WHERE NOT EXISTS (SELECT 1 FROM audit_keys WHERE conversation_id = id)`;

interface OldEntry {
  readonly seq: string;
  readonly subject: string;
}

/** The rows of entries that are to go. */
@Injectable()
export class OldEntries {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** The last entry before which nothing is younger. Undefined when there is none, or nothing but tombstones. */
  async findLastBefore(tenant: string, time: Date): Promise<number | undefined> {
    type Row = { last: string | null; young: string | null; worthwhile: boolean | null };
    let last = 0;
    for (let isWorthwhile = false; ;) {
      const [row] = await this.dataSource.query<Row[]>(OLD_STRETCH, [tenant, last, time]);
      const { last: end = null, young = null, worthwhile } = row ?? {};
      // Behind a young one there may be old ones again; they wait for it.
      const [before] = young === null ? [] : await this.countBefore(tenant, { after: last, young });
      isWorthwhile ||= young === null ? worthwhile === true : before?.worthwhile === true;
      if (young !== null) last = Number(young) - 1;
      else if (end !== null) last = Number(end);
      if (young !== null || end === null) return isWorthwhile ? last : undefined;
    }
  }

  /** Some of the entries up to that one, with their keys and what can be read of them. Gives how many; 0 at the end. */
  removeSome(tenant: string, last: number): Promise<number> {
    return this.dataSource.transaction(async (manager) => {
      // The application's role may only append. All of it ends with the transaction, whichever way.
      await manager.query('SET LOCAL ROLE NONE');
      await manager.query(`SELECT set_config('citadel.retained_through', $1, true)`, [String(last)]);
      const [entries] = await manager.query<[OldEntry[], number]>(REMOVE_SOME, [tenant, last]);
      await removeReadable(manager, tenant, entries);
      return entries.length;
    });
  }

  private countBefore(
    tenant: string,
    { after, young }: { after: number; young: string },
  ): Promise<{ worthwhile: boolean | null }[]> {
    return this.dataSource.query(
      `SELECT bool_or(kind <> 'tombstone') AS worthwhile FROM audit_entries WHERE tenant = $1 AND seq > $2 AND seq < $3`,
      [tenant, after, young],
    );
  }
}

/** In the order in which an erasure takes them, so that neither waits for the other for ever. */
async function removeReadable(
  manager: EntityManager,
  tenant: string,
  entries: readonly OldEntry[],
): Promise<void> {
  const seqs = entries.map(({ seq }) => seq);
  const keys = await manager.query<{ id: number }[]>(
    'SELECT DISTINCT conversation_id AS id FROM audit_keys WHERE tenant = $1 AND seq = ANY($2::bigint[])',
    [tenant, seqs],
  );
  const ids = keys.map(({ id }) => id);
  // Whoever adds to one of them meanwhile waits, or we do.
  await manager.query('SELECT FROM conversations WHERE id = ANY($1::integer[]) ORDER BY id FOR UPDATE', [
    ids,
  ]);
  await manager.query('DELETE FROM stored_responses WHERE tenant = $1 AND id = ANY($2::text[])', [
    tenant,
    entries.map(({ subject }) => subject),
  ]);
  await manager.query('DELETE FROM audit_keys WHERE tenant = $1 AND seq = ANY($2::bigint[])', [tenant, seqs]);
  const forgotten = (await manager.query<{ id: number }[]>(FORGOTTEN, [ids])).map(({ id }) => id);
  await deleteMessages((sql, values) => manager.query(sql, values), forgotten);
  await manager.query('DELETE FROM conversations WHERE id = ANY($1::integer[])', [forgotten]);
}
