import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../config/index.js';
import { GenerationJournal } from '../../contracts/journal.js';
import { DatabaseConnection, GatewayDataSource } from '../../infrastructure/database/index.js';
import { AuditAppender } from './chain/audit-appender.js';
import { ChainAppender } from './chain/chain-appender.js';
import { TenantChains } from './chain/tenant-chains.js';
import { ChainStatus } from './checkpoint/chain-status.js';
import { CheckpointWriter } from './checkpoint/checkpoint-writer.js';
import { ConversationStore } from './conversation-store.js';
import { ConversationEntity } from './entities/conversation.entity.js';
import { MessageEntity } from './entities/message.entity.js';
import { ErasureModule } from './erasure/erasure.module.js';
import { AuditJournal } from './journal/audit-journal.js';
import { JournalStatus } from './journal/journal-status.js';
import { SilentJournal } from './journal/silent-journal.js';
import { RETENTION_PROVIDERS } from './retention/index.js';
import { ReadingModule } from './reading/reading.module.js';
import { Spool } from './spool/spool.js';
import { VERIFY_CONTROLLERS, VERIFY_PROVIDERS } from './verify/index.js';

/** Keeps what was asked and answered. Needs DatabaseModule; gives everybody the GenerationJournal. */
@Global()
@Module({
  controllers: VERIFY_CONTROLLERS,
  imports: [TypeOrmModule.forFeature([ConversationEntity, MessageEntity]), ReadingModule, ErasureModule],
  providers: [
    ...VERIFY_PROVIDERS,
    ...RETENTION_PROVIDERS,
    ConversationStore,
    {
      provide: TenantChains,
      inject: [DataSource],
      useFactory: (dataSource: GatewayDataSource) =>
        new TenantChains(
          ({ name, text }, values) => dataSource.runInOrder(name, text, values),
          ({ name, text }, values) => dataSource.runPatiently(name, text, values),
        ),
    },
    {
      provide: GenerationJournal,
      inject: [AppConfig, TenantChains, DataSource, DatabaseConnection],
      useFactory: async (
        { audit }: AppConfig,
        chains: TenantChains,
        dataSource: GatewayDataSource,
        connection: DatabaseConnection,
      ) => {
        if (audit.mode === 'off') return new SilentJournal();
        const spool = await Spool.open(audit.spoolDirectory, audit.spoolMaxBytes);
        return new AuditJournal(audit.mode, { spool, chains, dataSource, connection });
      },
    },
    { provide: JournalStatus, useExisting: GenerationJournal },
    { provide: ChainStatus, useExisting: CheckpointWriter },
    { provide: ChainAppender, useClass: AuditAppender },
  ],
  exports: [ChainAppender, ChainStatus, ConversationStore, GenerationJournal, JournalStatus],
})
export class AuditModule {}
