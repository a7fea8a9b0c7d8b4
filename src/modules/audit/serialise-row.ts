import type { OutcomeRecord } from '../../contracts/journal.js';
import { fromWireBytes } from '../../contracts/wire-text.js';
import { conversationJson } from './conversation-json.js';
import { mayBeUnstorable, toStorable } from './record/storable-text.js';

/** The rows of one generation, in the words of the columns. */
export interface ConversationRow {
  readonly user_id: string;
  readonly model_name: string;
  readonly title: string | null;
  readonly metadata: Record<string, unknown>;
  readonly created_at: string;
  readonly updated_at: string;
  readonly messages: readonly MessageRow[];
}

export interface MessageRow {
  readonly role: string;
  readonly content: string;
  readonly metadata: Record<string, unknown>;
  readonly created_at: string;
}

/**
 * The row as UTF-8 JSON, which is how it waits and how it goes to the database: put together once, whatever happens.
 * Where a text had to be changed to be stored, its row says so.
 */
export function serialiseRow(record: OutcomeRecord): Buffer {
  const json = conversationJson(record);
  if (!mayBeUnstorable(json)) return Buffer.from(json, 'latin1');
  return Buffer.from(JSON.stringify(toStorableRow(JSON.parse(fromWireBytes(json)) as ConversationRow)));
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
