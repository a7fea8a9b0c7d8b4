import { Global, Module } from '@nestjs/common';
import { SYSTEM_CLOCK } from '../../common/clock.js';
import { AppConfig } from '../../config/index.js';
import { LoadMonitor } from './load-monitor.js';
import { SystemReadings } from './system-readings.js';

@Global()
@Module({
  providers: [
    {
      provide: LoadMonitor,
      useFactory: ({ loadShed }: AppConfig) =>
        new LoadMonitor(SYSTEM_CLOCK, loadShed ? new SystemReadings() : undefined),
      inject: [AppConfig],
    },
  ],
  exports: [LoadMonitor],
})
export class LoadModule {}
