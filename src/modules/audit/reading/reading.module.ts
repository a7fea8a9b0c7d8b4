import { Module } from '@nestjs/common';
import { ConversationRows } from './conversation-rows.js';
import { ConversationsController } from './conversations.controller.js';
import { MessageRows } from './message-rows.js';
import { ReadingService } from './reading.service.js';

/** The record, for those who may read it. Needs DatabaseModule. */
@Module({
  controllers: [ConversationsController],
  providers: [ConversationRows, MessageRows, ReadingService],
  exports: [ConversationRows, ReadingService],
})
export class ReadingModule {}
