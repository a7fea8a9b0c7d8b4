import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type {
  ChainHead,
  EntrySource,
  PageBounds,
  StoredAct,
  StoredEntry,
  StoredLink,
} from './entry-source.js';
import { toTime } from './to-time.js';

/** Numbers come as text, times as seconds: nothing is rounded on the way. */
const PAGE = `
SELECT seq, kind, subject, recorded_at, body, leaf, link
  FROM (SELECT seq, kind, subject, extract(epoch FROM recorded_at)::text AS recorded_at, body, leaf, link,
               sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS bytes_before
          FROM (SELECT * FROM audit_entries WHERE tenant = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS next) AS sized
 WHERE bytes_before < $4
 ORDER BY seq`;
const LINKS = `
SELECT seq, leaf, link FROM audit_entries WHERE tenant = $1 AND seq > $2 ORDER BY seq LIMIT $3`;
/** Acts are few among many and have no index: they are looked for in stretches. Without any, only the edge comes. */
const STRETCH = 20_000;
const ACTS_AFTER = actsIn('seq > $3 ORDER BY seq', 'max');
const ACTS_BEFORE = actsIn('seq < $3 ORDER BY seq DESC', 'min');
const BEFORE_ALL = '-9223372036854775808';
const AFTER_ALL = '9223372036854775807';

interface Row {
  readonly seq: string;
  readonly kind: string;
  readonly subject: string;
  readonly recorded_at: string;
  readonly body: Buffer;
  readonly leaf: Buffer;
  readonly link: Buffer;
}

/** Chains in the database. */
@Injectable()
export class SqlEntrySource implements EntrySource {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async page(tenant: string, after: number, { rows, bytes }: PageBounds): Promise<StoredEntry[]> {
    const found = await this.dataSource.query<Row[]>(PAGE, [tenant, toBigint(after), rows, bytes]);
    return found.map((row) => ({
      tenant,
      seq: Number(row.seq),
      kind: row.kind,
      subject: row.subject,
      recordedAt: toTime(row.recorded_at),
      body: row.body,
      leaf: row.leaf,
      link: row.link,
    }));
  }

  async links(tenant: string, after: number, rows: number): Promise<StoredLink[]> {
    const found = await this.dataSource.query<Row[]>(LINKS, [tenant, toBigint(after), rows]);
    return found.map(({ seq, leaf, link }) => ({ seq: Number(seq), leaf, link }));
  }

  async head(tenant: string): Promise<ChainHead | undefined> {
    const [row] = await this.dataSource.query<Row[]>('SELECT seq, link FROM audit_heads WHERE tenant = $1', [
      tenant,
    ]);
    return row && { seq: Number(row.seq), link: row.link };
  }

  async heads(): Promise<(ChainHead & { readonly tenant: string })[]> {
    const rows = await this.dataSource.query<(Row & { tenant: string })[]>(
      'SELECT tenant, seq, link FROM audit_heads ORDER BY tenant',
    );
    return rows.map(({ tenant, seq, link }) => ({ tenant, seq: Number(seq), link }));
  }

  async findLastTombstone(tenant: string): Promise<StoredAct | undefined> {
    for (let before: string | null = AFTER_ALL; before !== null;) {
      const { edge, acts } = await this.acts(ACTS_BEFORE, [tenant, 'tombstone', before]);
      if (acts.length > 0) return acts.at(-1);
      before = edge;
    }
    return undefined;
  }

  async erasures(tenant: string, after: number): Promise<StoredAct[]> {
    for (let from: string | null = toBigint(after); from !== null;) {
      const { edge, acts } = await this.acts(ACTS_AFTER, [tenant, 'erasure', from]);
      if (acts.length > 0) return acts;
      from = edge;
    }
    return [];
  }

  private async acts(
    sql: string,
    parameters: readonly string[],
  ): Promise<{ edge: string | null; acts: StoredAct[] }> {
    type Found = { edge: string | null; seq: string | null; body: Buffer };
    const rows = await this.dataSource.query<Found[]>(sql, [...parameters]);
    const acts = rows.filter(({ seq }) => seq !== null).map(({ seq, body }) => ({ seq: Number(seq), body }));
    return { edge: rows[0]?.edge ?? null, acts };
  }
}

function actsIn(stretch: string, edge: 'min' | 'max'): string {
  return `
WITH stretch AS MATERIALIZED (
  SELECT seq, kind FROM audit_entries WHERE tenant = $1 AND ${stretch} LIMIT ${STRETCH}
)
SELECT edge, act.seq, act.body
  FROM (SELECT ${edge}(seq) AS edge FROM stretch) AS edges
  LEFT JOIN (SELECT entry.seq, entry.body FROM stretch JOIN audit_entries entry USING (seq)
              WHERE entry.tenant = $1 AND stretch.kind = $2) AS act ON true
 ORDER BY act.seq`;
}

const toBigint = (after: number): string => (after === -Infinity ? BEFORE_ALL : String(after));
