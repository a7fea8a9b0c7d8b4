import { Inject, Injectable } from '@nestjs/common';
import { RequestDatabase } from '../../../infrastructure/database/index.js';
import { Conditions, containing } from './conditions.js';
import { ReadingTurns } from './reading-turns.js';
import type { MessageFilter, PageRequest } from './to-filters.js';
import type { VisibleRows } from './visible-rows.js';

/** A row of `messages`. */
export interface MessageRow {
  readonly id: number;
  readonly conversation_id: number;
  readonly role: string;
  readonly content: string;
  readonly metadata: Record<string, unknown> | null;
  readonly created_at: Date | null;
}

/** As much as came at once, and whether there is more. */
export interface MessagePage {
  readonly rows: readonly MessageRow[];
  readonly hasMore: boolean;
}

/** After so much text a page ends early: there may be any number of megabytes in a message. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** Reads messages, a page at a time. Whatever somebody may not see is not there. */
@Injectable()
export class MessageRows {
  constructor(
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
    @Inject(ReadingTurns) private readonly turns: ReadingTurns,
  ) {}

  /** In any conversation, the newest first. */
  newest(
    visible: VisibleRows,
    { user, model, role, from, to, text }: MessageFilter,
    { limit, cursor }: PageRequest,
  ): Promise<MessagePage> {
    const { tenant, userId } = visible;
    const where = new Conditions()
      .add('m.tenant = ? AND c.tenant = ?', tenant)
      .add('c.user_id = ?', userId)
      .add('c.user_id = ?', user)
      .add('c.model_name = ?', model)
      .add('m.role = ?', role)
      .add('m.created_at >= ?', from)
      .add('m.created_at < ?', to)
      .add('m.content ILIKE ?', containing(text))
      .add('m.id < ?', cursor);
    return this.page(visible, where, {
      from: 'messages m JOIN conversations c ON c.id = m.conversation_id',
      order: 'm.id DESC',
      limit,
    });
  }

  /** Of one conversation, the oldest first. */
  ofConversation(visible: VisibleRows, id: number, { limit, cursor }: PageRequest): Promise<MessagePage> {
    const where = new Conditions().add('m.conversation_id = ?', id).add('m.id > ?', cursor);
    return this.page(visible, where, { from: 'messages m', order: 'm.id', limit });
  }

  /** Of several conversations in the order of their ids, the oldest of each first; those after a message. */
  ofConversations(
    visible: VisibleRows,
    ids: readonly number[],
    { limit, after }: { limit: number; after?: Pick<MessageRow, 'id' | 'conversation_id'> },
  ): Promise<MessagePage> {
    const where = new Conditions().add('m.conversation_id = ANY(?)', ids);
    if (after !== undefined)
      where.add(`(m.conversation_id, m.id) > (${where.bind(after.conversation_id)}, ?)`, after.id);
    return this.page(visible, where, { from: 'messages m', order: 'm.conversation_id, m.id', limit });
  }

  private async page(
    visible: VisibleRows,
    where: Conditions,
    { from, order, limit }: { from: string; order: string; limit: number },
  ): Promise<MessagePage> {
    const sql = `SELECT m.id, m.conversation_id, m.role, m.content, m.metadata, m.created_at, m.found FROM (
         SELECT m.*, count(*) OVER ()::integer AS found, row_number() OVER following AS place,
                sum(octet_length(m.content) + coalesce(pg_column_size(m.metadata), 0)) OVER following AS bytes
           FROM (SELECT m.* FROM ${from} WHERE ${where.sql} ORDER BY ${order} LIMIT ${where.bind(limit + 1)}) AS m
         WINDOW following AS (ORDER BY ${order})) AS m
        WHERE m.place = 1 OR (m.place <= ${where.bind(limit)} AND m.bytes <= ${where.bind(PAGE_BYTES)})
        ORDER BY ${order}`;
    const found = await this.turns.run(visible, () =>
      this.database.forTenant(visible.tenant).query<MessageRow & { found: number }>(sql, where.values),
    );
    return { rows: found, hasMore: (found[0]?.found ?? 0) > found.length };
  }
}
