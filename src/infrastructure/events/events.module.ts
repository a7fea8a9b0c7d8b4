import { Global, Logger, Module } from '@nestjs/common';
import { EventBus } from '../../contracts/business-events.js';

/** One bus for the whole process. */
@Global()
@Module({
  providers: [
    {
      provide: EventBus,
      useFactory: () => {
        const logger = new Logger('Events');
        return new EventBus((error) => logger.error({ err: error }, 'an observer failed'));
      },
    },
  ],
  exports: [EventBus],
})
export class EventsModule {}
