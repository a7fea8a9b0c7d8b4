import { fromWireBytes, fromWireText, type WireText } from '../../../contracts/wire-text.js';
import type { Asked } from './asked.js';
import type { Ended } from './ended.js';
import { mayBeUnstorable, toStorable } from './storable-text.js';

interface RecordedMessage {
  readonly role: string;
  readonly content: string;
  readonly metadata: Record<string, unknown>;
  readonly created_at: string;
}

interface RecordedGeneration {
  readonly user_id: string;
  readonly model_name: string;
  readonly title: string | null;
  readonly session_id: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly asked: { readonly generation_id: string };
  readonly ended: { readonly status: string };
  readonly history: number;
  readonly request: readonly RecordedMessage[];
  readonly answers: readonly RecordedMessage[];
}

/** A row of `messages`; metadata is JSON. */
export interface ProjectedMessage {
  readonly role: string;
  readonly content: string;
  readonly metadata: string;
  readonly createdAt: string;
}

/** What of a record everybody can read: its row of `conversations`, and its rows of `messages`. */
export interface Projection {
  readonly userId: string;
  readonly modelName: string;
  readonly title: string | null;
  readonly sessionId: string | null;
  readonly status: string;
  readonly metadata: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly messages: readonly ProjectedMessage[];
}

/**
 * Out of the text of a record. What PostgreSQL cannot hold in text and JSON is replaced, and its row then says that it is
 * `sanitized`; the record itself keeps every character.
 */
export function toProjection(text: WireText): Projection {
  const record = JSON.parse(fromWireBytes(text)) as RecordedGeneration;
  const storable: typeof marked = mayBeUnstorable(text) ? marked : (row) => row;
  const { asked, ended, request, history, answers, ...columns } = record;
  const row = storable({ ...columns, metadata: { ...asked, ...ended } });
  const isNamed = row.session_id !== null;
  const messages = history === 0 ? [...request, ...answers] : [...request.slice(history), ...answers];
  return {
    userId: row.user_id,
    modelName: row.model_name,
    title: row.title,
    sessionId: row.session_id,
    status: ended.status,
    metadata: JSON.stringify(row.metadata),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    messages: messages.map((said) => {
      const { role, content, metadata, created_at } = storable(said);
      const of = isNamed ? { ...metadata, generation_id: asked.generation_id } : metadata;
      return { role, content, metadata: JSON.stringify(of), createdAt: created_at };
    }),
  };
}

/** The same as of its text, where nothing has to be replaced: to read the text again would cost half as much as all else. */
export function projectOutcome(asked: Asked, ended: Ended): Projection {
  const { createdAt } = asked;
  const { updatedAt } = ended;
  const of = asked.sessionId === null ? '' : `"generation_id":${JSON.stringify(asked.id)}`;
  return {
    userId: asked.userId,
    modelName: asked.modelName,
    title: asked.title,
    sessionId: asked.sessionId,
    status: ended.status,
    metadata: fromWireBytes(`{${asked.members},${ended.members}}`),
    createdAt,
    updatedAt,
    messages: [
      ...asked.messages.slice(asked.history).map(({ role, content, metadata }) => ({
        role,
        content,
        metadata: withMember(metadata, of),
        createdAt,
      })),
      ...ended.messages.map(({ text, metadata }) => ({
        role: 'assistant',
        content: text.includes('\\') ? fromWireText(text) : fromWireBytes(text),
        metadata: withMember(fromWireBytes(metadata), of),
        createdAt: updatedAt,
      })),
    ],
  };
}

/** One more member in an object of JSON, if there is one. */
function withMember(json: string, member: string): string {
  if (member === '') return json;
  return json === '{}' ? `{${member}}` : `${json.slice(0, -1)},${member}}`;
}

/** The row itself, or a copy that can be stored and says that it was changed. */
export function marked<Row extends { readonly metadata: object }>(row: Row): Row {
  const { metadata, ...columns } = row;
  const storable = toStorable(columns);
  const storableMetadata = toStorable(metadata);
  if (storable === columns && storableMetadata === metadata) return row;
  return { ...row, ...storable, metadata: { ...storableMetadata, sanitized: true } };
}
