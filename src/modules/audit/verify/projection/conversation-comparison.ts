import { isDeepStrictEqual } from 'node:util';
import type { EntryRecord } from './entry-record.js';
import { conversationOf, messagesOf, type ExpectedConversation } from './expected-rows.js';
import type { StoredConversation, StoredMessage } from './projection-source.js';

export interface Difference {
  /** The entry whose words are not there. */
  readonly seq: number;
  readonly what: string;
}

const OF_FIRST = ['user_id', 'title', 'tenant', 'session_id', 'created_at'] as const;
const OF_LAST = ['model_name', 'status', 'updated_at'] as const;

/** Holds the rows of one conversation against the records of its entries, given in order. */
export class ConversationComparison {
  private first: ExpectedConversation | undefined;
  private last: ExpectedConversation | undefined;
  private lastSeq = 0;
  private entries = 0;
  private position = 0;

  constructor(
    private readonly tenant: string,
    private readonly row: StoredConversation | undefined,
    private readonly messages: readonly StoredMessage[],
    /** Whether entries at the beginning of the conversation may have been taken away from the chain. */
    private readonly mayHaveBeginning: boolean,
  ) {}

  take(seq: number, record: EntryRecord): Difference | undefined {
    const { row } = this;
    if (row === undefined) return { seq, what: 'is not there' };
    this.entries += 1;
    if (this.entries > 1 && record.session_id === null)
      return { seq, what: 'holds a generation that is not its own' };
    this.last = conversationOf(record, this.tenant);
    this.lastSeq = seq;
    if (this.first === undefined) {
      this.first = this.last;
      this.position = this.findBeginning(record);
      const column = OF_FIRST.find((name) => row[name] !== this.first?.[name] && !this.isOlder(name));
      if (column !== undefined) return { seq, what: `has another ${column}` };
    }
    for (const expected of messagesOf(record, this.tenant)) {
      const message = toComparable(this.messages[this.position]);
      if (!isDeepStrictEqual(message, expected))
        return { seq, what: `has another message ${this.position + 1}` };
      this.position += 1;
    }
    return undefined;
  }

  /** After the last record. */
  end(): Difference | undefined {
    const { row, last, lastSeq: seq } = this;
    if (row === undefined || last === undefined) return undefined;
    if (this.messages.length > this.position) return { seq, what: 'has messages that nobody recorded' };
    const column = OF_LAST.find((name) => row[name] !== last[name]);
    if (column !== undefined) return { seq, what: `has another ${column}` };
    return this.isMetadataOf(last) ? undefined : { seq, what: 'has other metadata' };
  }

  /** Of a conversation with a name all entries but the first have no say in the title, nor in whether it was changed. */
  private isMetadataOf({ metadata }: ExpectedConversation): boolean {
    if (isDeepStrictEqual(this.row?.metadata, metadata)) return true;
    return (
      this.entries > 1 &&
      isDeepStrictEqual(
        { sanitized: true, ...(this.row?.metadata as object) },
        { sanitized: true, ...metadata },
      )
    );
  }

  /** Messages of entries that are no longer in the chain come before. */
  private findBeginning({ session_id, asked }: EntryRecord): number {
    if (session_id === null || !this.mayHaveBeginning) return 0;
    const found = this.messages.findIndex(
      ({ metadata }) =>
        (metadata as { generation_id?: unknown } | null)?.generation_id === asked.generation_id,
    );
    return Math.max(0, found);
  }

  private isOlder(column: (typeof OF_FIRST)[number]): boolean {
    const { row, first } = this;
    if (!this.mayHaveBeginning || first?.session_id == null || row?.created_at == null) return false;
    return (column === 'title' || column === 'created_at') && row.created_at <= (first.created_at ?? '');
  }
}

const toComparable = (message: StoredMessage | undefined) =>
  message && {
    tenant: message.tenant,
    role: message.role,
    content: message.content,
    metadata: message.metadata,
    created_at: message.created_at,
  };
