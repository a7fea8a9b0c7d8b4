import { mayBeUnstorable, toStorable } from './storable-text.js';
import type { ConversationRow } from './to-conversation-row.js';

/**
 * The row as UTF-8 JSON, which is how it waits and how it goes to the database: put together once, whatever happens.
 * Where a text had to be changed to be stored, its row says so.
 */
export function serialiseRow(row: ConversationRow): Buffer {
  const json = JSON.stringify(row);
  return Buffer.from(mayBeUnstorable(json) ? JSON.stringify(toStorableRow(row)) : json);
}

function toStorableRow({ messages, ...conversation }: ConversationRow): ConversationRow {
  return { ...marked(conversation), messages: messages.map(marked) };
}

/** The row itself, or a copy that can be stored and says that it was changed. */
export function marked<Row extends { readonly metadata: Record<string, unknown> }>(row: Row): Row {
  const { metadata, ...columns } = row;
  const storable = toStorable(columns);
  const storableMetadata = toStorable(metadata);
  if (storable === columns && storableMetadata === metadata) return row;
  return { ...row, ...storable, metadata: { ...storableMetadata, sanitized: true } };
}
