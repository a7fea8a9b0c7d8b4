import type { ConversationRow } from './conversation-rows.js';
import { toCursor, type CursorKind } from './cursor.js';
import type { AuditConversationDto, AuditMessageDto } from './dto/audit-answers.dto.js';
import type { MessageRow } from './message-rows.js';

export function toConversation(row: ConversationRow): AuditConversationDto {
  const { id, user_id, model_name, title, session_id, status, metadata } = row;
  const generation = metadata?.generation_id;
  return {
    id,
    generation_id: typeof generation === 'string' ? generation : null,
    user_id,
    model_name,
    title,
    session_id,
    status,
    created_at: row.created_at?.toISOString() ?? null,
    updated_at: row.updated_at?.toISOString() ?? null,
    metadata,
  };
}

export const toMessage = (row: MessageRow): AuditMessageDto => ({
  id: row.id,
  conversation_id: row.conversation_id,
  role: row.role,
  content: row.content,
  metadata: row.metadata,
  created_at: row.created_at?.toISOString() ?? null,
});

/** How the list goes on after these rows. */
export const toNext = (kind: CursorKind, rows: readonly { readonly id: number }[], hasMore: boolean) => {
  const last = rows.at(-1);
  return {
    next_cursor: hasMore && last !== undefined ? toCursor(kind, last.id) : null,
    has_more: hasMore,
  };
};
