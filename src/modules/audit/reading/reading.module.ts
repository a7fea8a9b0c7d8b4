import { Module } from '@nestjs/common';
import { ConversationRows } from './conversation-rows.js';
import { ConversationsController } from './conversations.controller.js';
import { ExportController } from './export.controller.js';
import { ExportLines } from './export-lines.js';
import { ExportService } from './export.service.js';
import { MessageRows } from './message-rows.js';
import { ReadingService } from './reading.service.js';
import { ReadingTurns } from './reading-turns.js';

/** The record, for those who may read it. Needs DatabaseModule. */
@Module({
  controllers: [ConversationsController, ExportController],
  providers: [ConversationRows, ExportLines, ExportService, MessageRows, ReadingService, ReadingTurns],
  exports: [ConversationRows, ReadingService],
})
export class ReadingModule {}
