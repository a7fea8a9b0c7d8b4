import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKeyReader } from './api-keys/api-key-reader.js';
import { ApiKeyRows } from './api-keys/api-key-rows.js';
import { ApiKeyEntity } from './api-keys/api-key.entity.js';
import { ApiKeysController } from './api-keys/api-keys.controller.js';
import { ApiKeys } from './api-keys/api-keys.service.js';
import { UsersModule } from './users/users.module.js';
import { RevocationEntity } from './revocations/revocation.entity.js';
import { RevocationTable } from './revocations/revocation-table.js';

/** What of credentials is kept: API keys, and what is revoked. Needs DatabaseModule. */
@Module({
  imports: [UsersModule, TypeOrmModule.forFeature([ApiKeyEntity, RevocationEntity])],
  controllers: [ApiKeysController],
  providers: [ApiKeyReader, ApiKeyRows, ApiKeys, RevocationTable],
  exports: [ApiKeys],
})
export class StoredCredentialsModule {}
