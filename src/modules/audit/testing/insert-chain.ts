import type { DataSource } from 'typeorm';
import type { MemoryChain } from './memory-chain.js';

/** Writes a chain and its readable rows as they are, right or wrong, into empty tables. */
export async function insertChain(dataSource: DataSource, chain: MemoryChain): Promise<void> {
  const { tenant, headRow } = chain;
  for (const { seq, kind, subject, recordedAt, body, leaf, link } of chain.entries)
    await dataSource.query('INSERT INTO audit_entries VALUES ($1, $2, $3, $4, $5, $6, $7, $8)', [
      tenant,
      seq,
      kind,
      subject,
      recordedAt,
      body,
      leaf,
      link,
    ]);
  if (headRow)
    await dataSource.query('INSERT INTO audit_heads VALUES ($1, $2, $3)', [
      tenant,
      headRow.seq,
      headRow.link,
    ]);
  for (const { seq, conversationId, key } of chain.keyRows)
    await dataSource.query('INSERT INTO audit_keys VALUES ($1, $2, $3, $4)', [
      tenant,
      seq,
      conversationId,
      key,
    ]);
  for (const row of chain.conversationRows)
    await dataSource.query(
      `INSERT INTO conversations (id, user_id, model_name, title, tenant, session_id, status, metadata, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::timestamptz, $10::timestamptz)`,
      [
        row.id,
        row.user_id,
        row.model_name,
        row.title,
        row.tenant,
        row.session_id,
        row.status,
        row.metadata,
        row.created_at,
        row.updated_at,
      ],
    );
  for (const row of chain.messageRows)
    await dataSource.query(
      `INSERT INTO messages (conversation_id, tenant, role, content, metadata, created_at)
       VALUES ($1, $2, $3, $4, $5, $6::timestamptz)`,
      [row.conversation_id, row.tenant, row.role, row.content, row.metadata, row.created_at],
    );
}
