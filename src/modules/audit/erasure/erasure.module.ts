import { Module } from '@nestjs/common';
import { ReadingModule } from '../reading/reading.module.js';
import { ErasableRows } from './erasable-rows.js';
import { ErasureController } from './erasure.controller.js';
import { ErasureService } from './erasure.service.js';

/** Takes conversations off the record. Needs DatabaseModule, and a ChainAppender to tell the chain. */
@Module({
  imports: [ReadingModule],
  controllers: [ErasureController],
  providers: [ErasableRows, ErasureService],
})
export class ErasureModule {}
