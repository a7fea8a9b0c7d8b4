import type { Query } from '../../../infrastructure/database/index.js';

/** What a statement deletes well within its time, also where it lies on a slow disk. */
const PART = { rows: 500, bytes: 4 * 1024 * 1024 };

const DELETE_PART = `
WITH part AS (
  SELECT id FROM (SELECT id, sum(octet_length(content)) OVER (ORDER BY id) - octet_length(content) AS bytes_before
                    FROM (SELECT id, content FROM messages WHERE conversation_id = ANY($1::integer[])
                           ORDER BY id LIMIT ${PART.rows}) AS next) AS sized
   WHERE bytes_before < ${PART.bytes}
), gone AS (
  DELETE FROM messages USING part WHERE messages.id = part.id RETURNING messages.id
)
SELECT count(*)::integer AS count FROM gone`;

/** Deletes all messages of conversations, a part at a time: together they may be of any size. */
export async function deleteMessages(query: Query, conversationIds: readonly number[]): Promise<void> {
  for (let count: number | undefined; count !== 0;)
    [{ count } = { count: 0 }] = await query<{ count: number }>(DELETE_PART, [conversationIds]);
}
