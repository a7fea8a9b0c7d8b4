import { Inject, Injectable } from '@nestjs/common';
import { RequestDatabase } from '../../../infrastructure/database/index.js';
import { Conditions, containing } from './conditions.js';
import { ReadingTurns } from './reading-turns.js';
import type { ConversationFilter, PageRequest } from './to-filters.js';
import type { VisibleRows } from './visible-rows.js';

/** A row of `conversations`. */
export interface ConversationRow {
  readonly id: number;
  readonly user_id: string;
  readonly model_name: string;
  readonly title: string | null;
  readonly session_id: string | null;
  readonly status: string | null;
  readonly metadata: Record<string, unknown> | null;
  readonly created_at: Date | null;
  readonly updated_at: Date | null;
}

const COLUMNS =
  'c.id, c.user_id, c.model_name, c.title, c.session_id, c.status, c.metadata, c.created_at, c.updated_at';

/** Reads conversations. Whatever somebody may not see is not there. */
@Injectable()
export class ConversationRows {
  constructor(
    @Inject(RequestDatabase) private readonly database: RequestDatabase,
    @Inject(ReadingTurns) private readonly turns: ReadingTurns,
  ) {}

  /** The newest first, one more than the limit when there are more. */
  newest(
    visible: VisibleRows,
    filter: ConversationFilter,
    { limit, cursor }: PageRequest,
  ): Promise<ConversationRow[]> {
    const where = meant(visible, filter).add('c.id < ?', cursor);
    return this.select(visible, where, `ORDER BY c.id DESC LIMIT ${where.bind(limit + 1)}`);
  }

  /** The oldest first, of those after one and through another. */
  oldest(
    visible: VisibleRows,
    filter: ConversationFilter,
    { after, through, limit }: { after: number; through: number; limit: number },
  ): Promise<ConversationRow[]> {
    const where = meant(visible, filter).add('c.id > ?', after).add('c.id <= ?', through);
    return this.select(visible, where, `ORDER BY c.id LIMIT ${where.bind(limit)}`);
  }

  async find(visible: VisibleRows, id: number): Promise<ConversationRow | undefined> {
    return (await this.select(visible, meant(visible, {}).add('c.id = ?', id), ''))[0];
  }

  /** The largest id there is; 0 when there is none. */
  async lastId({ tenant }: VisibleRows): Promise<number> {
    const [row] = await this.database
      .forTenant(tenant)
      .query<{ id: number }>('SELECT id FROM conversations WHERE tenant = $1 ORDER BY id DESC LIMIT 1', [
        tenant,
      ]);
    return row?.id ?? 0;
  }

  private select(visible: VisibleRows, where: Conditions, order: string): Promise<ConversationRow[]> {
    return this.turns.run(visible, () =>
      this.database
        .forTenant(visible.tenant)
        .query(`SELECT ${COLUMNS} FROM conversations c WHERE ${where.sql} ${order}`, where.values),
    );
  }
}

const meant = (
  { tenant, userId }: VisibleRows,
  { user, model, status, session, from, to, text }: ConversationFilter,
): Conditions =>
  new Conditions()
    .add('c.tenant = ?', tenant)
    .add('c.user_id = ?', userId)
    .add('c.user_id = ?', user)
    .add('c.model_name = ?', model)
    .add('c.status = ?', status)
    .add('c.session_id = ?', session)
    .add('c.created_at >= ?', from)
    .add('c.created_at < ?', to)
    .add(
      '(c.title ILIKE ? OR EXISTS (SELECT FROM messages m WHERE m.conversation_id = c.id AND m.content ILIKE ?))',
      containing(text),
    );
