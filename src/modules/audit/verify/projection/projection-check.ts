import type { Breather } from '../breather.js';
import type { PageBounds, StoredAct, StoredEntry } from '../entry-source.js';
import type { Finding } from '../verdict.js';
import { ConversationComparison } from './conversation-comparison.js';
import { openRecord, type EntryRecord } from './entry-record.js';
import { feedOf, type MessageFeed, PagedMessages } from './message-feed.js';
import type {
  ConversationSpan,
  ProjectionSource,
  SealedEntry,
  StoredConversation,
  StoredMessage,
} from './projection-source.js';

const ENTRIES_AT_ONCE: PageBounds = { rows: 50, bytes: 4 * 1024 * 1024 };
/** A conversation that goes on while it is looked at is looked at again. */
const LOOKS = 3;

/** Holds the readable rows against what the entries say. Each conversation is looked at once, as a whole. */
export class ProjectionCheck {
  private readonly withoutKey = new Set<number>();
  private found: Finding | undefined;

  constructor(
    private readonly source: ProjectionSource,
    private readonly tenant: string,
    /** The first entry that is checked. */
    private readonly from: number,
  ) {}

  /** The first thing found wrong. */
  get finding(): Finding | undefined {
    return this.found;
  }

  /** Looks at the conversations that begin among these entries, as long as nothing is wrong. */
  async inspect(page: readonly StoredEntry[], breather: Breather): Promise<void> {
    this.found ??= await this.findDifference(page, breather);
  }

  /** The first entry that cannot be read although nobody erased it. */
  async findMissingKey(erasures: (after: number) => Promise<StoredAct[]>): Promise<Finding | undefined> {
    const { withoutKey } = this;
    for (let after = 0; withoutKey.size > 0;) {
      const acts = await erasures(after);
      if (acts.length === 0) break;
      for (const { body } of acts) for (const seq of erasedBy(body)) withoutKey.delete(seq);
      after = acts.at(-1)!.seq;
    }
    const [seq] = withoutKey;
    if (seq === undefined) return undefined;
    return {
      seq,
      problem: 'key_missing',
      detail: `Entry ${seq} has no key, and no entry says that it was erased.`,
    };
  }

  /** The first row that nobody recorded, whichever part is checked. It is named with the last entry there is. */
  async findUnrecorded(last: number): Promise<Finding | undefined> {
    const row = await this.source.findUnrecorded(this.tenant);
    if (row === undefined) return undefined;
    const { what, conversationId: id } = row;
    const conversation = id === null ? 'no conversation' : `conversation ${id}`;
    return {
      seq: last,
      problem: 'projection_differs',
      detail: `${what === 'message' ? `A message of ${conversation}` : `Conversation ${id}`} belongs to no entry.`,
      ...(id !== null && { conversationId: id }),
    };
  }

  private async findDifference(
    page: readonly StoredEntry[],
    breather: Breather,
  ): Promise<Finding | undefined> {
    const [first, last] = [page[0]!.seq, page.at(-1)!.seq];
    const keys = new Map((await this.source.keys(this.tenant, first, last)).map((key) => [key.seq, key]));
    for (const { seq, kind } of page) if (kind === 'generation' && !keys.has(seq)) this.withoutKey.add(seq);
    const ids = [...new Set([...keys.values()].map(({ conversationId }) => conversationId))];
    const spans = (await this.source.spans(this.tenant, ids, this.from)).filter(
      (span) => span.first >= first,
    );
    const single = spans.filter(({ entries }) => entries === 1);
    const bodies = new Map(page.map(({ seq, body }) => [seq, body]));
    const sealed = (seq: number): SealedEntry => ({ ...keys.get(seq)!, body: bodies.get(seq)! });
    const rows = await this.readRows(single.map(({ conversationId }) => conversationId));
    for (const span of spans.sort((a, b) => a.first - b.first)) {
      const finding =
        span.entries === 1
          ? (await this.compareOne(sealed(span.first), rows)) && (await this.look(span, breather))
          : await this.look(span, breather);
      if (finding !== undefined) return finding;
      await breather.breathe();
    }
    return undefined;
  }

  private async compareOne(
    entry: SealedEntry,
    { conversations, messages }: Rows,
  ): Promise<Finding | undefined> {
    const id = entry.conversationId;
    const comparison = this.comparisonOf(conversations.get(id), feedOf(messages.get(id) ?? []));
    return (await this.compare(comparison, [entry])) ?? (await this.end(comparison, id));
  }

  /** Several looks, unless the conversation is as it should be, or stays as it should not be. */
  private async look(
    { conversationId: id }: ConversationSpan,
    breather: Breather,
  ): Promise<Finding | undefined> {
    let finding: Finding | undefined;
    for (let looks = 0, count = -1; looks < LOOKS; looks += 1) {
      const [row] = await this.source.conversations([id]);
      const comparison = this.comparisonOf(row, new PagedMessages(this.source, id));
      finding = undefined;
      let seen = 0;
      for (let after = 0; finding === undefined;) {
        const entries = await this.source.sealed(this.tenant, id, after, ENTRIES_AT_ONCE);
        if (entries.length === 0) break;
        finding = await this.compare(comparison, entries);
        after = entries.at(-1)!.seq;
        seen += entries.length;
        await breather.breathe();
      }
      finding ??= await this.end(comparison, id);
      if (finding === undefined || seen === count) return finding;
      count = seen;
    }
    return finding;
  }

  private async compare(
    comparison: ConversationComparison,
    entries: readonly SealedEntry[],
  ): Promise<Finding | undefined> {
    for (const { seq, conversationId, ...sealed } of entries) {
      let record: EntryRecord;
      try {
        record = openRecord(sealed);
      } catch {
        return {
          seq,
          problem: 'key_wrong',
          detail: `The key of entry ${seq} does not open it.`,
          conversationId,
        };
      }
      const difference = await comparison.take(seq, record);
      if (difference !== undefined) return differs(difference, conversationId);
    }
    return undefined;
  }

  private async end(
    comparison: ConversationComparison,
    conversationId: number,
  ): Promise<Finding | undefined> {
    const difference = await comparison.end();
    return difference && differs(difference, conversationId);
  }

  private comparisonOf(row: StoredConversation | undefined, messages: MessageFeed) {
    return new ConversationComparison(this.tenant, row, messages, this.from > 1);
  }

  private async readRows(ids: readonly number[]): Promise<Rows> {
    if (ids.length === 0) return { conversations: new Map(), messages: new Map() };
    const conversations = await this.source.conversations(ids);
    const messages = new Map(ids.map((id): [number, StoredMessage[]] => [id, []]));
    for (const message of await this.source.messages(ids))
      messages.get(message.conversation_id!)?.push(message);
    return { conversations: new Map(conversations.map((row) => [row.id, row])), messages };
  }
}

interface Rows {
  readonly conversations: ReadonlyMap<number, StoredConversation>;
  readonly messages: ReadonlyMap<number, readonly StoredMessage[]>;
}

const differs = ({ seq, what }: { seq: number; what: string }, conversationId: number): Finding => ({
  seq,
  problem: 'projection_differs',
  detail: `Conversation ${conversationId} ${what}.`,
  conversationId,
});

/** The chain vouches for the body; a body that is no such JSON erases nothing. */
function erasedBy(body: Buffer): readonly number[] {
  try {
    const { seqs } = JSON.parse(body.toString()) as { seqs?: unknown };
    return Array.isArray(seqs) ? seqs.map(Number) : [];
  } catch {
    return [];
  }
}
