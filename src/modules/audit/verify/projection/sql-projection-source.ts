import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { PageBounds } from '../entry-source.js';
import { toTime } from '../to-time.js';
import type {
  ConversationSpan,
  ProjectionSource,
  SealedEntry,
  StoredConversation,
  StoredKey,
  StoredMessage,
  UnrecordedRow,
} from './projection-source.js';

const KEYS = `
SELECT seq, conversation_id, key FROM audit_keys WHERE tenant = $1 AND seq BETWEEN $2 AND $3`;
const SPANS = `
SELECT conversation_id, min(seq) FILTER (WHERE seq >= $3) AS first, count(*) AS entries
  FROM audit_keys WHERE conversation_id = ANY($2::integer[]) AND tenant = $1 GROUP BY conversation_id`;
const ENTRIES = `
SELECT seq, conversation_id, key, body
  FROM (SELECT next.*, sum(octet_length(body)) OVER (ORDER BY seq) - octet_length(body) AS bytes_before
          FROM (SELECT seq, conversation_id, key, body FROM audit_keys JOIN audit_entries USING (tenant, seq)
                 WHERE tenant = $1 AND conversation_id = $2 AND seq > $3 ORDER BY seq LIMIT $4) AS next) AS sized
 WHERE bytes_before < $5
 ORDER BY seq`;
const CONVERSATIONS = `
SELECT id, user_id, model_name, title, tenant, session_id, status, metadata,
       extract(epoch FROM created_at)::text AS created_at, extract(epoch FROM updated_at)::text AS updated_at
  FROM conversations WHERE id = ANY($1::integer[])`;
const MESSAGES = `
SELECT conversation_id, tenant, role, content, metadata, extract(epoch FROM created_at)::text AS created_at
  FROM messages WHERE conversation_id = ANY($1::integer[]) ORDER BY conversation_id, id`;
const MESSAGES_AFTER = `
SELECT id, conversation_id, tenant, role, content, metadata, extract(epoch FROM created_at)::text AS created_at
  FROM (SELECT next.*, sum(octet_length(content)) OVER (ORDER BY id) - octet_length(content) AS bytes_before
          FROM (SELECT * FROM messages WHERE conversation_id = $1 AND id > $2::bigint ORDER BY id LIMIT $3) AS next) AS sized
 WHERE bytes_before < $4
 ORDER BY id`;
const STRETCH = 10_000;
const BEFORE_ALL = -(2 ** 31) - 1;
/** Rows and their keys come and go together, and one statement sees both or neither. */
const UNRECORDED = {
  conversation: unrecordedIn('SELECT id, id AS of FROM conversations WHERE tenant = $1 AND id > $2::bigint'),
  message: unrecordedIn(
    'SELECT id, conversation_id AS of FROM messages WHERE tenant = $1 AND id > $2::bigint',
  ),
};

interface KeyRow {
  readonly seq: string;
  readonly conversation_id: number;
  readonly key: Buffer;
}

/** Keys and readable rows in the database. */
@Injectable()
export class SqlProjectionSource implements ProjectionSource {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async keys(tenant: string, first: number, last: number): Promise<StoredKey[]> {
    const rows = await this.dataSource.query<KeyRow[]>(KEYS, [tenant, first, last]);
    return rows.map(toStoredKey);
  }

  async spans(tenant: string, conversationIds: readonly number[], from: number): Promise<ConversationSpan[]> {
    type Row = { conversation_id: number; first: string | null; entries: string };
    const rows = await this.dataSource.query<Row[]>(SPANS, [tenant, conversationIds, from]);
    return rows.map(({ conversation_id: conversationId, first, entries }) => ({
      conversationId,
      first: Number(first),
      entries: Number(entries),
    }));
  }

  async sealed(
    tenant: string,
    conversationId: number,
    after: number,
    bounds: PageBounds,
  ): Promise<SealedEntry[]> {
    type Row = KeyRow & { body: Buffer };
    const asked = [tenant, conversationId, after, bounds.rows, bounds.bytes];
    const rows = await this.dataSource.query<Row[]>(ENTRIES, asked);
    return rows.map((row) => ({ ...toStoredKey(row), body: row.body }));
  }

  async conversations(ids: readonly number[]): Promise<StoredConversation[]> {
    const rows = await this.dataSource.query<StoredConversation[]>(CONVERSATIONS, [ids]);
    return rows.map((row) => ({
      ...row,
      created_at: row.created_at && toTime(row.created_at),
      updated_at: row.updated_at && toTime(row.updated_at),
    }));
  }

  async messages(conversationIds: readonly number[]): Promise<StoredMessage[]> {
    const rows = await this.dataSource.query<StoredMessage[]>(MESSAGES, [conversationIds]);
    return rows.map((row) => ({ ...row, created_at: row.created_at && toTime(row.created_at) }));
  }

  async messagesAfter(
    conversationId: number,
    after: number,
    { rows: most, bytes }: PageBounds,
  ): Promise<(StoredMessage & { readonly id: number })[]> {
    type Row = StoredMessage & { readonly id: number };
    const rows = await this.dataSource.query<Row[]>(MESSAGES_AFTER, [conversationId, after, most, bytes]);
    return rows.map((row) => ({ ...row, created_at: row.created_at && toTime(row.created_at) }));
  }

  async findUnrecorded(tenant: string): Promise<UnrecordedRow | undefined> {
    type Row = { edge: number | null; id: number | null; of: number | null };
    for (const what of ['conversation', 'message'] as const) {
      for (let after: number | null = BEFORE_ALL; after !== null;) {
        const [row]: Row[] = await this.dataSource.query<Row[]>(UNRECORDED[what], [tenant, after]);
        if (row != null && row.id !== null) return { what, conversationId: row.of };
        after = row?.edge ?? null;
      }
    }
    return undefined;
  }
}

/** Row by row the keys of its conversation are looked for, and nothing else: any other way reads all keys for each stretch. */
function unrecordedIn(rows: string): string {
  return `
WITH stretch AS MATERIALIZED (${rows} ORDER BY id LIMIT ${STRETCH})
SELECT edge, first.id, first.of
  FROM (SELECT max(id) AS edge FROM stretch) AS edges
  LEFT JOIN (SELECT id, of FROM stretch
              WHERE (SELECT seq
                       FROM (SELECT tenant, seq FROM audit_keys WHERE conversation_id = of OFFSET 0) AS key
                       JOIN audit_entries USING (tenant, seq)
                      WHERE tenant = $1 LIMIT 1) IS NULL
              ORDER BY id LIMIT 1) AS first ON true`;
}

const toStoredKey = ({ seq, conversation_id: conversationId, key }: KeyRow): StoredKey => ({
  seq: Number(seq),
  conversationId,
  key,
});
