import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { GenerationJournal } from '../../contracts/journal.js';
import { ConversationStore } from './conversation-store.js';
import { DatabaseJournal } from './database-journal.js';
import { ConversationEntity } from './entities/conversation.entity.js';
import { MessageEntity } from './entities/message.entity.js';
import { VERIFY_CONTROLLERS, VERIFY_PROVIDERS } from './verify/index.js';

/** Keeps what was asked and answered. Needs DatabaseModule; gives everybody the GenerationJournal. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([ConversationEntity, MessageEntity])],
  controllers: VERIFY_CONTROLLERS,
  providers: [
    ...VERIFY_PROVIDERS,
    ConversationStore,
    DatabaseJournal,
    { provide: GenerationJournal, useExisting: DatabaseJournal },
  ],
  exports: [ConversationStore, DatabaseJournal, GenerationJournal],
})
export class AuditModule {}
