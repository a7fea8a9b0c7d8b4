import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Caller } from '../../../common/http/caller.decorator.js';
import type { Principal } from '../../../contracts/principal.js';
import {
  AuditConversationListDto,
  AuditMessageListDto,
  AuditTranscriptDto,
} from './dto/audit-answers.dto.js';
import { ConversationQueryDto, MessagePageDto, MessageQueryDto } from './dto/audit-query.dto.js';
import { ReadingService } from './reading.service.js';

const ID = { name: 'id', description: 'Number of the conversation.' };

@ApiTags('audit')
@Controller('api/v1/audit')
export class ConversationsController {
  constructor(@Inject(ReadingService) private readonly reading: ReadingService) {}

  @Get('conversations')
  @ApiOperation({ summary: 'Conversations on record, the newest first' })
  @ApiOkResponse({ type: AuditConversationListDto })
  list(@Query() query: ConversationQueryDto, @Caller() caller: Principal): Promise<AuditConversationListDto> {
    return this.reading.listConversations(caller, query);
  }

  @Get('conversations/:id')
  @ApiOperation({ summary: 'A conversation with its messages' })
  @ApiParam(ID)
  @ApiOkResponse({ type: AuditTranscriptDto })
  get(@Param('id') id: string, @Caller() caller: Principal): Promise<AuditTranscriptDto> {
    return this.reading.getConversation(caller, id);
  }

  @Get('conversations/:id/messages')
  @ApiOperation({ summary: 'The messages of a conversation, the oldest first' })
  @ApiParam(ID)
  @ApiOkResponse({ type: AuditMessageListDto })
  listMessages(
    @Param('id') id: string,
    @Query() query: MessagePageDto,
    @Caller() caller: Principal,
  ): Promise<AuditMessageListDto> {
    return this.reading.listMessagesOf(caller, id, query);
  }

  @Get('messages')
  @ApiOperation({ summary: 'Messages of all conversations on record, the newest first' })
  @ApiOkResponse({ type: AuditMessageListDto })
  search(@Query() query: MessageQueryDto, @Caller() caller: Principal): Promise<AuditMessageListDto> {
    return this.reading.searchMessages(caller, query);
  }
}
