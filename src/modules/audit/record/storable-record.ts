import { fromWireBytes, toWireJson, type WireText } from '../../../contracts/wire-text.js';
import { mayBeUnstorable, toStorable } from './storable-text.js';

interface RecordedMessage {
  readonly role: string;
  readonly content: string;
  readonly metadata: Record<string, unknown>;
}

interface RecordedGeneration {
  readonly asked: Record<string, unknown>;
  readonly ended: Record<string, unknown>;
  readonly request: readonly RecordedMessage[];
  readonly answers: readonly RecordedMessage[];
}

/**
 * A record as PostgreSQL can hold it in text and JSON: mostly itself. What had to be replaced is marked as `sanitized`; the
 * record itself keeps every character.
 */
export function toStorableRecord(text: WireText): WireText {
  if (!mayBeUnstorable(text)) return text;
  const { asked, ended, request, answers, ...columns } = JSON.parse(
    fromWireBytes(text),
  ) as RecordedGeneration;
  const row = { ...columns, asked };
  const storable = toStorable(row);
  const storableEnd = toStorable(ended);
  const isChanged = storable !== row || storableEnd !== ended;
  return toWireJson({
    ...storable,
    ended: isChanged ? { ...storableEnd, sanitized: true } : ended,
    request: request.map(marked),
    answers: answers.map(marked),
  });
}

/** The row itself, or a copy that can be stored and says that it was changed. */
export function marked<Row extends { readonly metadata: Record<string, unknown> }>(row: Row): Row {
  const { metadata, ...columns } = row;
  const storable = toStorable(columns);
  const storableMetadata = toStorable(metadata);
  if (storable === columns && storableMetadata === metadata) return row;
  return { ...row, ...storable, metadata: { ...storableMetadata, sanitized: true } };
}
