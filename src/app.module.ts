import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { AppController } from './app.controller.js';
import { LifecycleModule } from './common/lifecycle.module.js';
import { ConfigModule, type AppConfig } from './config/index.js';
import { CacheModule } from './infrastructure/cache/index.js';
import { DatabaseModule } from './infrastructure/database/index.js';
import { EventsModule } from './infrastructure/events/events.module.js';
import { LoadModule } from './infrastructure/load/index.js';
import { MailModule } from './infrastructure/mail/index.js';
import { RedisModule } from './infrastructure/redis/index.js';
import { AgentTasksModule } from './modules/agent-tasks/index.js';
import { AgentsModule } from './modules/agents/index.js';
import { AuditModule } from './modules/audit/index.js';
import { ChatModule } from './modules/chat/index.js';
import { CoordinatorModule } from './modules/coordinator/index.js';
import { EmbeddingsModule } from './modules/embeddings/index.js';
import { GenerationModule } from './modules/generation/index.js';
import { HealthModule } from './modules/health/index.js';
import { DevicesModule } from './modules/identity/devices/index.js';
import { IdentityModule, StoredCredentialsModule } from './modules/identity/index.js';
import { OAuthModule } from './modules/identity/oauth/index.js';
import { UsersModule } from './modules/identity/users/index.js';
import { LimitsModule, LimitsStorageModule } from './modules/limits/index.js';
import { MetricsModule } from './modules/metrics/index.js';
import { ModelsModule } from './modules/models/index.js';
import { StreamingModule } from './modules/streaming/index.js';
import { ResponsesModule, ResponseStorageModule } from './modules/responses/index.js';
import { RealtimeModule } from './modules/realtime/index.js';

/** Where generations go on record, and what looks after it. */
export type Storage = NonNullable<ModuleMetadata['imports']>;

/** With a database: the record, who is known, budgets and usage, responses for days. */
export const DATABASE: Storage = [
  DatabaseModule,
  AuditModule,
  StoredCredentialsModule,
  UsersModule,
  OAuthModule,
  DevicesModule,
  LimitsStorageModule,
  ResponseStorageModule,
];

/** The table of contents. */
@Module({
  imports: [
    LifecycleModule,
    EventsModule,
    LoadModule,
    RedisModule,
    CacheModule,
    MailModule,
    IdentityModule,
    ModelsModule,
    LimitsModule,
    AgentsModule,
    GenerationModule,
    ChatModule,
    StreamingModule,
    AgentTasksModule,
    CoordinatorModule,
    EmbeddingsModule,
    ResponsesModule,
    RealtimeModule,
    HealthModule,
  ],
  controllers: [AppController],
})
export class AppModule {
  static with(config: AppConfig, storage: Storage = DATABASE): DynamicModule {
    return {
      module: AppModule,
      imports: [ConfigModule.forRoot(config), MetricsModule.forRoot(), ...storage],
    };
  }
}
