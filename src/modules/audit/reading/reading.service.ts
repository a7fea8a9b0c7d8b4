import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../../common/errors/gateway.error.js';
import type { Principal } from '../../../contracts/principal.js';
import { ConversationRows, type ConversationRow } from './conversation-rows.js';
import type {
  AuditConversationListDto,
  AuditMessageListDto,
  AuditTranscriptDto,
} from './dto/audit-answers.dto.js';
import type { ConversationQueryDto, MessagePageDto, MessageQueryDto } from './dto/audit-query.dto.js';
import { MOST_ROWS } from './dto/query-fields.js';
import { MessageRows, type MessagePage } from './message-rows.js';
import { toRowId } from './row-id.js';
import { toConversation, toMessage, toNext } from './to-answers.js';
import { toConversationFilter, toMessageFilter, toPageRequest } from './to-filters.js';
import { visibleTo } from './visible-rows.js';

/** What is on record, as far as the caller may see it, a page at a time. */
@Injectable()
export class ReadingService {
  constructor(
    @Inject(ConversationRows) private readonly conversations: ConversationRows,
    @Inject(MessageRows) private readonly messages: MessageRows,
  ) {}

  async listConversations(caller: Principal, query: ConversationQueryDto): Promise<AuditConversationListDto> {
    const page = toPageRequest('conversation', query);
    const found = await this.conversations.newest(visibleTo(caller), toConversationFilter(query), page);
    const rows = found.slice(0, page.limit);
    return {
      object: 'list',
      data: rows.map(toConversation),
      ...toNext('conversation', rows, found.length > rows.length),
    };
  }

  async getConversation(caller: Principal, id: string): Promise<AuditTranscriptDto> {
    const conversation = await this.find(caller, id);
    const { rows, hasMore } = await this.messages.ofConversation(visibleTo(caller), conversation.id, {
      limit: MOST_ROWS,
    });
    return {
      ...toConversation(conversation),
      messages: rows.map(toMessage),
      ...toNext('message', rows, hasMore),
    };
  }

  async listMessagesOf(caller: Principal, id: string, query: MessagePageDto): Promise<AuditMessageListDto> {
    const conversation = await this.find(caller, id);
    const page = toPageRequest('message', query);
    return toList(await this.messages.ofConversation(visibleTo(caller), conversation.id, page));
  }

  async searchMessages(caller: Principal, query: MessageQueryDto): Promise<AuditMessageListDto> {
    const page = toPageRequest('message', query);
    return toList(await this.messages.newest(visibleTo(caller), toMessageFilter(query), page));
  }

  /** Throws `not_found` for what is not there and for what the caller may not see alike. */
  async find(caller: Principal, id: string): Promise<ConversationRow> {
    const rowId = toRowId(id);
    const row = rowId === undefined ? undefined : await this.conversations.find(visibleTo(caller), rowId);
    if (row !== undefined) return row;
    throw new GatewayError('not_found', `No conversation '${id.slice(0, 100)}'.`, { param: 'id' });
  }
}

const toList = ({ rows, hasMore }: MessagePage): AuditMessageListDto => ({
  object: 'list',
  data: rows.map(toMessage),
  ...toNext('message', rows, hasMore),
});
