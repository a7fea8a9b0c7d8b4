import type { OutcomeRecord } from '../../../contracts/journal.js';
import { fromWireBytes } from '../../../contracts/wire-text.js';
import { GENESIS, leafOf, linkOf, type EntryKind } from '../chain/chain-link.js';
import { sealBody } from '../chain/entry-cipher.js';
import { askedJson, readAsked } from '../record/asked.js';
import { endedJson, readEnded } from '../record/ended.js';
import type {
  ChainHead,
  EntrySource,
  PageBounds,
  StoredAct,
  StoredEntry,
  StoredLink,
} from '../verify/entry-source.js';
import type { EntryRecord } from '../verify/projection/entry-record.js';
import { conversationOf, messagesOf } from '../verify/projection/expected-rows.js';
import type {
  ConversationSpan,
  ProjectionSource,
  SealedEntry,
  StoredConversation,
  StoredKey,
  StoredMessage,
  UnrecordedRow,
} from '../verify/projection/projection-source.js';
import { recordOf } from './record-of.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** One tenant's chain and its readable rows, with everything open to be tampered with. */
export class MemoryChain implements EntrySource, ProjectionSource {
  entries: Writable<StoredEntry>[] = [];
  headRow: Writable<ChainHead> | undefined;
  keyRows: Writable<StoredKey>[] = [];
  conversationRows: Writable<StoredConversation>[] = [];
  messageRows: Writable<StoredMessage>[] = [];

  constructor(readonly tenant = 'default') {}

  /** Generations that say different things, each in a conversation of its own unless a session is named. */
  static of(count: number, tenant = 'default'): MemoryChain {
    const chain = new MemoryChain(tenant);
    for (let i = 1; i <= count; i++)
      chain.generation(recordOf({ id: `gen-${i}`, tenant, prompt: `Question ${i}` }));
    return chain;
  }

  append(kind: EntryKind, subject: string, body: Buffer, at = new Date('2026-07-01T10:00:03Z')): number {
    const previous = this.headRow ?? { seq: 0, link: GENESIS };
    const head = { tenant: this.tenant, seq: previous.seq + 1, kind, subject, recordedAt: at.toISOString() };
    const leaf = leafOf(head, body);
    const link = linkOf(previous.link, leaf);
    this.entries.push({ ...head, body, leaf, link });
    this.headRow = { seq: head.seq, link };
    return head.seq;
  }

  /** An entry with its key and its readable rows. */
  generation(record: OutcomeRecord): number {
    const wire = askedJson(readAsked(record.begin)) + endedJson(readEnded(record));
    const { key, body } = sealBody(wire);
    const seq = this.append('generation', record.begin.id, body, record.endedAt);
    const said = JSON.parse(fromWireBytes(wire)) as EntryRecord;
    const row = conversationOf(said, this.tenant);
    const { session_id } = said;
    const known = this.conversationRows.find((each) => session_id !== null && each.session_id === session_id);
    const id = known?.id ?? this.conversationRows.length + 1;
    if (known === undefined) this.conversationRows.push({ id, ...row });
    else {
      const { model_name, status, updated_at, metadata } = row;
      Object.assign(known, { model_name, status, updated_at, metadata });
    }
    this.messageRows.push(
      ...messagesOf(said, this.tenant).map((message) => ({ conversation_id: id, ...message })),
    );
    this.keyRows.push({ seq, conversationId: id, key });
    return seq;
  }

  /** A conversation goes with its keys, and an entry says so. */
  erase(id: number): void {
    const seqs = this.entriesOf(id).map(({ seq }) => seq);
    const body = { conversation_id: id, seqs, at: '2026-07-02T10:00:00.000Z', by: 'ada' };
    this.append('erasure', `erasure-${id}`, Buffer.from(JSON.stringify(body)));
    this.forget(({ conversationId }) => conversationId === id);
  }

  /** Keys go, and with the last of a conversation its readable rows. */
  forget(isForgotten: (row: StoredKey) => boolean): void {
    const ids = new Set(this.keyRows.filter(isForgotten).map(({ conversationId }) => conversationId));
    this.keyRows = this.keyRows.filter((row) => !isForgotten(row));
    for (const { conversationId } of this.keyRows) ids.delete(conversationId);
    this.conversationRows = this.conversationRows.filter(({ id }) => !ids.has(id));
    this.messageRows = this.messageRows.filter((row) => !ids.has(row.conversation_id ?? 0));
  }

  /** The same again, so that one can be tampered with and the other not. */
  copy(): MemoryChain {
    const copy = new MemoryChain(this.tenant);
    copy.entries = this.entries.map((entry) => ({
      ...entry,
      body: Buffer.from(entry.body),
      leaf: Buffer.from(entry.leaf),
      link: Buffer.from(entry.link),
    }));
    copy.headRow = this.headRow && { ...this.headRow, link: Buffer.from(this.headRow.link) };
    copy.keyRows = this.keyRows.map((row) => ({ ...row, key: Buffer.from(row.key) }));
    copy.conversationRows = structuredClone(this.conversationRows);
    copy.messageRows = structuredClone(this.messageRows);
    return copy;
  }

  /** Computes leaves and links anew from an entry on, as one who owns the database would. */
  rechain(from: number, { through = Infinity, head = true } = {}): void {
    const sorted = this.sorted();
    let link = sorted.findLast(({ seq }) => seq < from)?.link ?? GENESIS;
    for (const entry of sorted.filter(({ seq }) => seq >= from && seq <= through)) {
      entry.leaf = leafOf(entry as Parameters<typeof leafOf>[0], entry.body);
      entry.link = link = linkOf(link, entry.leaf);
    }
    const last = sorted.at(-1);
    if (head) this.headRow = last && { seq: last.seq, link: last.link };
  }

  page(tenant: string, after: number, { rows, bytes }: PageBounds): Promise<StoredEntry[]> {
    let sum = 0;
    const next = this.sorted().filter((entry) => entry.tenant === tenant && entry.seq > after);
    const fitting = next.slice(0, rows).filter(({ body }) => {
      const before = sum;
      sum += body.length;
      return before < bytes;
    });
    return Promise.resolve(fitting);
  }

  links(tenant: string, after: number, rows: number): Promise<StoredLink[]> {
    return this.page(tenant, after, { rows, bytes: Infinity });
  }

  head(tenant: string): Promise<ChainHead | undefined> {
    return Promise.resolve(tenant === this.tenant ? this.headRow : undefined);
  }

  heads(): Promise<(ChainHead & { tenant: string })[]> {
    return Promise.resolve(this.headRow === undefined ? [] : [{ tenant: this.tenant, ...this.headRow }]);
  }

  findLastTombstone(tenant: string): Promise<StoredAct | undefined> {
    return Promise.resolve(this.actsOf(tenant, 'tombstone').at(-1));
  }

  erasures(tenant: string, after: number): Promise<StoredAct[]> {
    return Promise.resolve(this.actsOf(tenant, 'erasure').filter(({ seq }) => seq > after));
  }

  keys(_: string, first: number, last: number): Promise<StoredKey[]> {
    return Promise.resolve(this.keyRows.filter(({ seq }) => seq >= first && seq <= last));
  }

  spans(_: string, conversationIds: readonly number[], from: number): Promise<ConversationSpan[]> {
    const spans = conversationIds.map((conversationId) => {
      const seqs = this.keyRows.filter((row) => row.conversationId === conversationId).map(({ seq }) => seq);
      return { conversationId, first: Math.min(...seqs.filter((seq) => seq >= from)), entries: seqs.length };
    });
    return Promise.resolve(spans);
  }

  entriesOf(conversationId: number): SealedEntry[] {
    return this.keyRows
      .filter((row) => row.conversationId === conversationId)
      .flatMap((row) => {
        const entry = this.entries.find(({ seq }) => seq === row.seq);
        return entry === undefined ? [] : [{ ...row, body: entry.body }];
      })
      .sort((a, b) => a.seq - b.seq);
  }

  sealed(_: string, conversationId: number, after: number, { rows }: PageBounds): Promise<SealedEntry[]> {
    return Promise.resolve(
      this.entriesOf(conversationId)
        .filter(({ seq }) => seq > after)
        .slice(0, rows),
    );
  }

  conversations(ids: readonly number[]): Promise<StoredConversation[]> {
    return Promise.resolve(this.conversationRows.filter(({ id }) => ids.includes(id)));
  }

  messages(conversationIds: readonly number[]): Promise<StoredMessage[]> {
    return Promise.resolve(
      this.messageRows.filter(({ conversation_id: id }) => id !== null && conversationIds.includes(id)),
    );
  }

  messagesAfter(
    conversationId: number,
    after: number,
    { rows }: PageBounds,
  ): Promise<(StoredMessage & { readonly id: number })[]> {
    const numbered = this.messageRows.map((row, index) => ({ ...row, id: index + 1 }));
    const next = numbered.filter((row) => row.conversation_id === conversationId && row.id > after);
    return Promise.resolve(next.slice(0, rows));
  }

  findUnrecorded(tenant: string): Promise<UnrecordedRow | undefined> {
    const recorded = new Set(
      this.keyRows
        .filter((row) => this.entries.some(({ seq }) => seq === row.seq))
        .map(({ conversationId }) => conversationId),
    );
    const rows = [
      ...this.conversationRows.map(({ id, ...row }) => ({ ...row, what: 'conversation' as const, id })),
      ...this.messageRows.map((row) => ({ ...row, what: 'message' as const, id: row.conversation_id })),
    ];
    const found = rows.find((row) => row.tenant === tenant && (row.id === null || !recorded.has(row.id)));
    return Promise.resolve(found && { what: found.what, conversationId: found.id });
  }

  private actsOf(tenant: string, kind: EntryKind): StoredAct[] {
    return this.sorted().filter((entry) => entry.tenant === tenant && entry.kind === kind);
  }

  private sorted(): Writable<StoredEntry>[] {
    return this.entries.toSorted((a, b) => a.seq - b.seq);
  }
}
