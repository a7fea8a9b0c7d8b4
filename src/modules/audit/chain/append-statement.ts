/**
 * One statement, hence one transaction and one way to the server: entries, their keys, and the readable tables. It does
 * nothing when the chain is not where the batch begins any more ($2, $3), and then tells no rows.
 *
 * Columns come as arrays in binary: as JSON their text would be read character by character three times, which costs the
 * server more than all else. A named conversation may be met several times in a batch. What has no readable form belongs to
 * conversation 0, which is never there. Messages look up their conversation by the place of their entry: a join would hash
 * or sort all their text.
 */
export const APPEND = {
  name: 'citadel-audit-append',
  text: `
WITH head AS (
  UPDATE audit_heads SET seq = $4, link = $5 WHERE tenant = $1 AND seq = $2 AND link = $3 RETURNING tenant
), entry AS MATERIALIZED (
  SELECT CASE WHEN user_id IS NOT NULL AND session_id IS NULL
              THEN nextval((SELECT pg_get_serial_sequence('conversations', 'id')::regclass))::integer END AS id,
         $2::bigint + place AS seq, document.*
    FROM head, unnest(
      $7::text[], $8::text[], $9::bytea[], $10::bytea[], $11::bytea[], $12::bytea[], $13::text[], $14::text[], $15::text[],
      $16::text[], $17::text[], $18::jsonb[], $19::text[], $20::text[]
    ) WITH ORDINALITY AS document(
      kind, subject, leaf, link, body, key, user_id, model_name, title, session_id, status, metadata, created_at, updated_at,
      place)
), appended AS (
  INSERT INTO audit_entries (tenant, seq, kind, subject, recorded_at, leaf, link, body)
  SELECT $1, seq, kind, subject, $6::timestamptz, leaf, link, body FROM entry
), singles AS (
  INSERT INTO conversations (id, tenant, user_id, model_name, title, metadata, status, created_at, updated_at)
  SELECT id, $1, user_id, model_name, title, metadata, status, created_at::timestamp, updated_at::timestamp
    FROM entry WHERE id IS NOT NULL
), named AS (
  INSERT INTO conversations (tenant, user_id, session_id, model_name, title, metadata, status, created_at, updated_at)
  SELECT DISTINCT ON (user_id, session_id)
         $1, user_id, session_id, model_name, first_value(title) OVER talk, metadata, status,
         (first_value(created_at) OVER talk)::timestamp, updated_at::timestamp
    FROM entry WHERE session_id IS NOT NULL
  WINDOW talk AS (PARTITION BY user_id, session_id ORDER BY seq)
   ORDER BY user_id, session_id, seq DESC
  ON CONFLICT (tenant, user_id, session_id) WHERE session_id IS NOT NULL
  DO UPDATE SET model_name = EXCLUDED.model_name, metadata = EXCLUDED.metadata, status = EXCLUDED.status,
                updated_at = EXCLUDED.updated_at
  RETURNING id, user_id, session_id
), home AS MATERIALIZED (
  SELECT entry.seq, entry.place, entry.kind, entry.key, COALESCE(entry.id, named.id, 0) AS id
    FROM entry LEFT JOIN named ON named.user_id = entry.user_id AND named.session_id = entry.session_id
), keys AS (
  INSERT INTO audit_keys (tenant, seq, conversation_id, key)
  SELECT $1, seq, id, key FROM home WHERE kind = 'generation'
), said AS (
  INSERT INTO messages (tenant, conversation_id, role, content, metadata, created_at)
  SELECT $1, (SELECT array_agg(id ORDER BY place) FROM home)[place], role, content, metadata, created_at::timestamp
    FROM unnest($21::integer[], $22::text[], $23::text[], $24::jsonb[], $25::text[])
         AS message(place, role, content, metadata, created_at)
   WHERE EXISTS (SELECT FROM head)
)
SELECT tenant FROM head`,
};

/** The head of a chain; the first asker makes it. Who asks at the same moment sees neither that nor one of its own, and gets no row. */
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
