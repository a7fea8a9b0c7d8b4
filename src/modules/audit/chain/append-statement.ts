/**
 * One statement, hence one transaction and one way to the server: entries, their keys, and the readable tables. It does
 * nothing when the chain is not where the batch begins any more ($2, $3), and then tells no rows.
 *
 * Text comes as one JSON document ($6), which costs this process less than arrays of parameters; bytes come as one value
 * ($7), as arrays of them would be sent in hexadecimal. A named conversation may be met several times in a batch. What has no
 * readable form belongs to conversation 0, which is never there.
 */
export const APPEND = {
  name: 'citadel-audit-append',
  text: `
WITH head AS (
  UPDATE audit_heads SET seq = $4, link = $5 WHERE tenant = $1 AND seq = $2 AND link = $3 RETURNING tenant
), entry AS MATERIALIZED (
  SELECT document.* FROM head, json_to_recordset($6::json) AS document(
    seq bigint, kind text, subject text, at timestamptz, start integer, size integer,
    user_id text, model_name text, title text, session_id text, created_at timestamp, updated_at timestamp,
    asked jsonb, ended jsonb, history integer, request json, answers json)
), appended AS (
  INSERT INTO audit_entries (tenant, seq, kind, subject, recorded_at, leaf, link, body)
  SELECT $1, seq, kind, subject, at, substring($7::bytea FROM start + 33 FOR 32),
         substring($7 FROM start + 65 FOR 32), substring($7 FROM start + 97 FOR size - 96)
    FROM entry ORDER BY seq
), single AS MATERIALIZED (
  SELECT nextval(pg_get_serial_sequence('conversations', 'id'))::integer AS id, seq
    FROM entry WHERE user_id IS NOT NULL AND session_id IS NULL
), singles AS (
  INSERT INTO conversations (id, tenant, user_id, model_name, title, metadata, status, created_at, updated_at)
  SELECT id, $1, user_id, model_name, title, asked || ended, ended->>'status', created_at, updated_at
    FROM single JOIN entry USING (seq)
), named AS (
  INSERT INTO conversations (tenant, user_id, session_id, model_name, title, metadata, status, created_at, updated_at)
  SELECT DISTINCT ON (user_id, session_id)
         $1, user_id, session_id, model_name, first_value(title) OVER talk, asked || ended, ended->>'status',
         first_value(created_at) OVER talk, updated_at
    FROM entry WHERE session_id IS NOT NULL
  WINDOW talk AS (PARTITION BY user_id, session_id ORDER BY seq)
   ORDER BY user_id, session_id, seq DESC
  ON CONFLICT (tenant, user_id, session_id) WHERE session_id IS NOT NULL
  DO UPDATE SET model_name = EXCLUDED.model_name, metadata = EXCLUDED.metadata, status = EXCLUDED.status,
                updated_at = EXCLUDED.updated_at
  RETURNING id, user_id, session_id
), home AS MATERIALIZED (
  SELECT id, seq FROM single
  UNION ALL
  SELECT id, seq FROM named JOIN entry USING (user_id, session_id)
), keys AS (
  INSERT INTO audit_keys (tenant, seq, conversation_id, key)
  SELECT $1, seq, COALESCE(id, 0), substring($7 FROM start + 1 FOR 32)
    FROM entry LEFT JOIN home USING (seq) WHERE kind = 'generation'
), said AS (
  INSERT INTO messages (conversation_id, role, content, metadata, created_at)
  SELECT id, message.role, message.content,
         CASE WHEN session_id IS NULL THEN message.metadata
              ELSE message.metadata || jsonb_build_object('generation_id', subject) END,
         message.created_at
    FROM home JOIN entry USING (seq), LATERAL (
      SELECT 0 AS part, asked.* FROM ROWS FROM (json_to_recordset(request) AS (
               role text, content text, metadata jsonb, created_at timestamp
             )) WITH ORDINALITY AS asked(role, content, metadata, created_at, position)
       WHERE position > history
      UNION ALL
      SELECT 1, answered.* FROM ROWS FROM (json_to_recordset(answers) AS (
               role text, content text, metadata jsonb, created_at timestamp
             )) WITH ORDINALITY AS answered(role, content, metadata, created_at, position)
    ) AS message
   ORDER BY seq, message.part, message.position
)
SELECT tenant FROM head`,
};

/** The head of a chain; the first asker makes it. */
export const READ_HEAD = {
  name: 'citadel-audit-head',
  text: `
WITH made AS (
  INSERT INTO audit_heads (tenant, seq, link) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING RETURNING seq, link
)
SELECT seq, link FROM made UNION ALL SELECT seq, link FROM audit_heads WHERE tenant = $1`,
};

/** Which of these are on record. */
export const FIND_SUBJECTS = {
  name: 'citadel-audit-subjects',
  text: 'SELECT subject FROM audit_entries WHERE tenant = $1 AND subject = ANY($2::text[])',
};
