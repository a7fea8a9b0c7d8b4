import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { HealthSources } from './health-part.js';

const LOOK_EVERY_MS = 1_000;
/** What answers as fast as this is known when the first request comes. The start waits no longer. */
const FIRST_LOOK_MS = 250;

/** Looks at the parts in the background, so that no request ever has to. */
@Injectable()
export class HealthWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(HealthWatch.name);
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(@Inject(HealthSources) private readonly sources: HealthSources) {}

  async onApplicationBootstrap(): Promise<void> {
    await Promise.race([this.look(), passed(FIRST_LOOK_MS)]);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Looks once now, and again some time after that. */
  private async look(): Promise<void> {
    await Promise.all(
      this.sources.map((source) =>
        source
          .refresh()
          .catch((error: unknown) => this.logger.error({ err: error }, 'a health check failed')),
      ),
    );
    if (!this.stopped) this.timer = setTimeout(() => void this.look(), LOOK_EVERY_MS).unref();
  }
}

const passed = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms).unref());
