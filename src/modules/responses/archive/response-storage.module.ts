import { Module } from '@nestjs/common';
import { GenerationModule } from '../../generation/index.js';
import { ResponsesModule } from '../responses.module.js';
import { ArchiveRows } from './archive-rows.js';
import { ArchiveSweep } from './archive-sweep.js';
import { ArchiveWriter } from './archive-writer.js';
import { BegunResponses } from './begun-responses.js';

/** Keeps responses in the database. Needs DatabaseModule. */
@Module({
  imports: [GenerationModule, ResponsesModule],
  providers: [ArchiveRows, ArchiveSweep, ArchiveWriter, BegunResponses],
})
export class ResponseStorageModule {}
