import { toStorable } from '../../record/storable-text.js';
import type { EntryRecord, RecordedMessage } from './entry-record.js';
import type { StoredConversation, StoredMessage } from './projection-source.js';

export type ExpectedConversation = Omit<StoredConversation, 'id' | 'metadata'> & WithMetadata;
export type ExpectedMessage = Omit<StoredMessage, 'conversation_id' | 'metadata'> & WithMetadata;

interface WithMetadata {
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The row of `conversations` that a record of this tenant asks for. */
export const conversationOf = (record: EntryRecord, tenant: string): ExpectedConversation =>
  storable({
    user_id: record.user_id,
    model_name: record.model_name,
    title: record.title,
    tenant,
    session_id: record.session_id,
    status: record.ended.status,
    metadata: { ...record.asked, ...record.ended },
    created_at: record.created_at,
    updated_at: record.updated_at,
  });

/** The rows of `messages`: what was asked and not known before, and what was answered. */
export function messagesOf(record: EntryRecord, tenant: string): ExpectedMessage[] {
  const { request, history, answers, session_id, asked } = record;
  const { generation_id } = asked;
  const toRow = ({ role, content, metadata, created_at }: RecordedMessage) =>
    storable({
      tenant,
      role,
      content,
      metadata: session_id === null ? metadata : { ...metadata, generation_id },
      created_at,
    });
  return [...request.slice(history), ...answers].map(toRow);
}

/** The row itself, or what can be stored of it, which then says so. */
function storable<Row extends WithMetadata>(row: Row): Row {
  const stored = toStorable(row);
  return stored === row ? row : { ...stored, metadata: { ...stored.metadata, sanitized: true } };
}
