import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ConversationFilterDto } from './dto/audit-query.dto.js';
import { ExportService } from './export.service.js';

@ApiTags('audit')
@Controller('api/v1/audit/export')
export class ExportController {
  constructor(@Inject(ExportService) private readonly exports: ExportService) {}

  @Get()
  @ApiOperation({ summary: 'Conversations on record with their messages, the oldest first, a line each' })
  @ApiOkResponse({
    description: 'Complete unless its last line is an `error`.',
    content: {
      'application/x-ndjson': {
        schema: {
          type: 'string',
          description: 'On each line a conversation, as it is listed, with its `messages`.',
        },
      },
    },
  })
  export(@Query() query: ConversationFilterDto, @Res() reply: FastifyReply): Promise<void> {
    return this.exports.answer(query, reply);
  }
}
