import type { PageBounds } from '../entry-source.js';

/** The key of an entry, and where its text can be read. */
export interface StoredKey {
  readonly seq: number;
  readonly conversationId: number;
  readonly key: Buffer;
}

export interface SealedEntry extends StoredKey {
  readonly body: Buffer;
}

/** How many entries with keys a conversation has, and which is the first of those asked for. */
export interface ConversationSpan {
  readonly conversationId: number;
  readonly first: number;
  readonly entries: number;
}

/** A row of `conversations`. Times are as `Date.toISOString` spells them. */
export interface StoredConversation {
  readonly id: number;
  readonly user_id: string;
  readonly model_name: string;
  readonly title: string | null;
  readonly tenant: string;
  readonly session_id: string | null;
  readonly status: string | null;
  readonly metadata: unknown;
  readonly created_at: string | null;
  readonly updated_at: string | null;
}

/** A row of `messages`. */
export interface StoredMessage {
  readonly conversation_id: number | null;
  readonly tenant: string;
  readonly role: string;
  readonly content: string;
  readonly metadata: unknown;
  readonly created_at: string | null;
}

/** A readable row that belongs to no entry of its tenant's chain. */
export interface UnrecordedRow {
  readonly what: 'conversation' | 'message';
  readonly conversationId: number | null;
}

/** Where the keys and the readable rows are read from. */
export interface ProjectionSource {
  keys(tenant: string, first: number, last: number): Promise<StoredKey[]>;
  /** Counts all entries of the conversations, and gives the first that is not before `from`. */
  spans(tenant: string, conversationIds: readonly number[], from: number): Promise<ConversationSpan[]>;
  /** The next entries of a conversation with a higher number, in order. */
  sealed(tenant: string, conversationId: number, after: number, bounds: PageBounds): Promise<SealedEntry[]>;
  conversations(ids: readonly number[]): Promise<StoredConversation[]>;
  /** In the order in which they were said, conversation by conversation. */
  messages(conversationIds: readonly number[]): Promise<StoredMessage[]>;
  /** The next messages of a conversation with a higher id, in order. The first comes however large it is. */
  messagesAfter(
    conversationId: number,
    after: number,
    bounds: PageBounds,
  ): Promise<(StoredMessage & { readonly id: number })[]>;
  /** The first of all readable rows of the tenant whose conversation has no key to an entry. */
  findUnrecorded(tenant: string): Promise<UnrecordedRow | undefined>;
}

export const ProjectionSource = Symbol('ProjectionSource');
