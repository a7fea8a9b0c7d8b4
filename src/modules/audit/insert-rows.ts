import type { DataSource } from 'typeorm';

/**
 * One statement, hence one transaction: rows come as a single JSON document, which costs this thread less than arrays
 * or VALUES of parameters. Both tables take ids in the order of the document. A generation that is already there is left
 * alone, so a batch may be sent again when nobody knows whether it was committed.
 */
const INSERT_ROWS = `
WITH generation AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence('conversations', 'id'))::integer AS id, document.*
    FROM json_to_recordset($1::json) AS document(
      user_id text, model_name text, title text, metadata jsonb, created_at timestamp, updated_at timestamp, messages json)
), inserted AS (
  INSERT INTO conversations (id, user_id, model_name, title, metadata, created_at, updated_at)
  SELECT id, user_id, model_name, title, metadata, created_at, updated_at FROM generation
  ON CONFLICT DO NOTHING
  RETURNING id
)
INSERT INTO messages (conversation_id, role, content, metadata, created_at)
SELECT id, message.role, message.content, message.metadata, message.created_at
  FROM inserted JOIN generation USING (id),
       LATERAL ROWS FROM (json_to_recordset(generation.messages) AS (
         role text, content text, metadata jsonb, created_at timestamp
       )) WITH ORDINALITY AS message(role, content, metadata, created_at, position)
 ORDER BY id, message.position`;

const [OPEN, COMMA, CLOSE] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')];

/** Stores generations, each given as the JSON of its row. */
export async function insertRows(dataSource: DataSource, rows: readonly Buffer[]): Promise<void> {
  const document = rows.flatMap((row, index) => (index === 0 ? [OPEN, row] : [COMMA, row]));
  await dataSource.query(INSERT_ROWS, [Buffer.concat([...document, CLOSE])]);
}
