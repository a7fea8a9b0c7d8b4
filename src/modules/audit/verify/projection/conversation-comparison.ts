import { isDeepStrictEqual } from 'node:util';
import type { EntryRecord } from './entry-record.js';
import { conversationOf, messagesOf, type ExpectedConversation } from './expected-rows.js';
import type { MessageFeed } from './message-feed.js';
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
  /** Read, and not yet compared. */
  private ahead: StoredMessage | undefined;

  constructor(
    private readonly tenant: string,
    private readonly row: StoredConversation | undefined,
    private readonly messages: MessageFeed,
    /** Whether entries at the beginning of the conversation may have been taken away from the chain. */
    private readonly mayHaveBeginning: boolean,
  ) {}

  async take(seq: number, record: EntryRecord): Promise<Difference | undefined> {
    const { row } = this;
    if (row === undefined) return { seq, what: 'is not there' };
    this.entries += 1;
    if (this.entries > 1 && record.session_id === null)
      return { seq, what: 'holds a generation that is not its own' };
    this.last = conversationOf(record, this.tenant);
    this.lastSeq = seq;
    if (this.first === undefined) {
      this.first = this.last;
      this.ahead = await this.findBeginning(record);
      const column = OF_FIRST.find((name) => row[name] !== this.first?.[name] && !this.isOlder(name));
      if (column !== undefined) return { seq, what: `has another ${column}` };
    }
    for (const expected of messagesOf(record, this.tenant)) {
      const message = toComparable(await this.nextMessage());
      if (!isDeepStrictEqual(message, expected))
        return { seq, what: `has another message ${this.position + 1}` };
      this.position += 1;
    }
    return undefined;
  }

  /** After the last record. */
  async end(): Promise<Difference | undefined> {
    const { row, last, lastSeq: seq } = this;
    if (row === undefined || last === undefined) return undefined;
    if ((await this.nextMessage()) !== undefined) return { seq, what: 'has messages that nobody recorded' };
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

  /** Messages of entries that are no longer in the chain come before: they are passed over. Gives the first that is not. */
  private async findBeginning({ session_id, asked }: EntryRecord): Promise<StoredMessage | undefined> {
    if (session_id === null || !this.mayHaveBeginning) return undefined;
    const isOwn = ({ metadata }: StoredMessage) =>
      (metadata as { generation_id?: unknown } | null)?.generation_id === asked.generation_id;
    for (;;) {
      const message = await this.messages.next();
      if (message === undefined || isOwn(message)) return message;
      this.position += 1;
    }
  }

  private async nextMessage(): Promise<StoredMessage | undefined> {
    const { ahead } = this;
    this.ahead = undefined;
    return ahead ?? (await this.messages.next());
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
