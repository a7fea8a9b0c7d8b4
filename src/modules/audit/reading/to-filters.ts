import { fromCursor, type CursorKind } from './cursor.js';
import type { ConversationFilterDto, MessageQueryDto } from './dto/audit-query.dto.js';
import { DEFAULT_ROWS } from './dto/query-fields.js';
import { toTimestamp } from './timestamp.js';

/** Which conversations are meant. */
export interface ConversationFilter {
  readonly user?: string;
  readonly model?: string;
  readonly status?: string;
  readonly session?: string;
  readonly text?: string;
  /** Inclusive. */
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
}

/** Which messages are meant. */
export interface MessageFilter {
  readonly user?: string;
  readonly model?: string;
  readonly role?: string;
  readonly text?: string;
  /** Inclusive. */
  readonly from?: Date;
  /** Exclusive. */
  readonly to?: Date;
}

/** So many rows from there on. */
export interface PageRequest {
  readonly limit: number;
  /** The last row of the page before. */
  readonly cursor?: number;
}

export const toConversationFilter = ({
  user,
  model,
  status,
  session,
  text,
  from,
  to,
}: ConversationFilterDto): ConversationFilter => ({
  user,
  model,
  status,
  session,
  text,
  from: toTime(from),
  to: toTime(to),
});

export const toMessageFilter = ({ user, model, role, text, from, to }: MessageQueryDto): MessageFilter => ({
  user,
  model,
  role,
  text,
  from: toTime(from),
  to: toTime(to),
});

export const toPageRequest = (
  kind: CursorKind,
  { limit, cursor }: { readonly limit?: string; readonly cursor?: string },
): PageRequest => ({
  limit: limit === undefined ? DEFAULT_ROWS : Number(limit),
  cursor: cursor === undefined ? undefined : fromCursor(kind, cursor),
});

const toTime = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : toTimestamp(text);
