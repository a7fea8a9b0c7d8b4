import type { Server } from 'node:http';
import { Inject, Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Lifecycle } from '../../common/lifecycle.js';
import { AppConfig } from '../../config/index.js';
import { GenerationRegistry } from './generation-registry.js';

const LOOK_EVERY_MS = 20;
/** For the outcomes of what was stopped to go on record. */
const RECORD_MS = 5_000;
/** For last frames, and answers other than generations, to leave. */
const GOODBYE_MS = 1_000;

/**
 * On shutdown running generations, and work of several, may finish within a bound; the rest is told that the gateway stops. Then every
 * connection is closed: one that asks nothing, or takes nothing, would keep the server from closing for ever.
 */
@Injectable()
export class GenerationDrain implements BeforeApplicationShutdown {
  private readonly logger = new Logger(GenerationDrain.name);

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost,
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    this.lifecycle.drain();
    await this.ended(this.config.http.drainTimeoutMs, () => this.lifecycle.hurried);
    this.lifecycle.hurry();
    const left = [...this.registry.all];
    if (left.length > 0) {
      this.logger.warn({ count: left.length }, 'stopping generations that did not finish in time');
      for (const generation of left) generation.cancel('shutdown');
      await this.ended(RECORD_MS);
    }
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    setTimeout(() => server.closeAllConnections(), GOODBYE_MS).unref();
  }

  private get isBusy(): boolean {
    return this.registry.runningCount > 0 || this.lifecycle.working;
  }

  private async ended(withinMs: number, isEnough = () => false): Promise<void> {
    const until = performance.now() + withinMs;
    while (this.isBusy && performance.now() < until && !isEnough()) await passed(LOOK_EVERY_MS);
  }
}

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
