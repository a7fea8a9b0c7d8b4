import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Lifecycle } from '../../common/lifecycle.js';
import { AppConfig } from '../../config/index.js';
import { GenerationRegistry } from './generation-registry.js';

const LOOK_EVERY_MS = 20;
/** For the last frames to leave. */
const GOODBYE_MS = 100;

/** On shutdown running generations may finish within a bound; the rest is told that the gateway stops. */
@Injectable()
export class GenerationDrain implements BeforeApplicationShutdown {
  private readonly logger = new Logger(GenerationDrain.name);

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.lifecycle.drain();
    const until = performance.now() + this.config.http.drainTimeoutMs;
    while (this.registry.runningCount > 0 && performance.now() < until) await passed(LOOK_EVERY_MS);
    const left = [...this.registry.all];
    if (left.length === 0) return;
    this.logger.warn({ count: left.length }, 'stopping generations that did not finish in time');
    for (const generation of left) generation.cancel('shutdown');
    await passed(GOODBYE_MS);
  }
}

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
