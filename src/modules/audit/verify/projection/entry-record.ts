import { fromWireBytes } from '../../../../contracts/wire-text.js';
import { openBody, type SealedBody } from '../../chain/entry-cipher.js';

/** What the body of a generation's entry says, in the words of `askedJson` and `endedJson`. */
export interface EntryRecord {
  readonly user_id: string;
  readonly model_name: string;
  readonly title: string | null;
  readonly session_id: string | null;
  readonly created_at: string;
  readonly asked: { readonly generation_id: string } & Readonly<Record<string, unknown>>;
  /** How many of the messages the conversation held before. */
  readonly history: number;
  readonly request: readonly RecordedMessage[];
  readonly updated_at: string;
  readonly ended: { readonly status: string } & Readonly<Record<string, unknown>>;
  readonly answers: readonly RecordedMessage[];
}

export interface RecordedMessage {
  readonly role: string;
  readonly content: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly created_at: string;
}

/** Throws when the key is not the body's. */
export const openRecord = (sealed: SealedBody): EntryRecord =>
  JSON.parse(fromWireBytes(openBody(sealed))) as EntryRecord;
