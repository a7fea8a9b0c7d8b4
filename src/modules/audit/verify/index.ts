import type { Provider } from '@nestjs/common';
import { AppConfig } from '../../../config/index.js';
import { CheckpointDirectory } from '../checkpoint/checkpoint-directory.js';
import { CheckpointSchedule } from '../checkpoint/checkpoint-schedule.js';
import { CheckpointWriter } from '../checkpoint/checkpoint-writer.js';
import { loadSigningKeys, SigningKeys } from '../checkpoint/signing-keys.js';
import { AuditController } from './audit.controller.js';
import { AuditService } from './audit.service.js';
import { ChainVerifier } from './chain-verifier.js';
import { EntrySource } from './entry-source.js';
import { ProjectionSource } from './projection/projection-source.js';
import { SqlProjectionSource } from './projection/sql-projection-source.js';
import { SqlEntrySource } from './sql-entry-source.js';

/** What signs chains and checks them. */
export const VERIFY_PROVIDERS: Provider[] = [
  { provide: EntrySource, useClass: SqlEntrySource },
  { provide: ProjectionSource, useClass: SqlProjectionSource },
  {
    provide: SigningKeys,
    useFactory: ({ audit }: AppConfig) => loadSigningKeys(audit.signingKeyFile),
    inject: [AppConfig],
  },
  {
    provide: CheckpointDirectory,
    useFactory: ({ audit }: AppConfig) => new CheckpointDirectory(audit.checkpointDirectory),
    inject: [AppConfig],
  },
  {
    provide: CheckpointWriter,
    useFactory: (source: EntrySource, directory: CheckpointDirectory, keys: SigningKeys) =>
      new CheckpointWriter(source, directory, keys),
    inject: [EntrySource, CheckpointDirectory, SigningKeys],
  },
  CheckpointSchedule,
  ChainVerifier,
  AuditService,
];

export const VERIFY_CONTROLLERS = [AuditController];
