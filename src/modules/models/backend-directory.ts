import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { BackendFactories } from '../../backends/index.js';
import { SYSTEM_CLOCK } from '../../common/clock.js';
import { AppConfig, ConfigError, type BackendSettings } from '../../config/index.js';
import { EventBus } from '../../contracts/business-events.js';
import type { ModelBackend } from '../../contracts/model-backend.js';
import { BackendGate } from './backend-gate.js';

interface Entry {
  readonly settings: BackendSettings;
  readonly gate: BackendGate;
}

/** The configured backends, each behind its gate. A reload keeps those whose settings stayed as they were. */
@Injectable()
export class BackendDirectory implements OnApplicationShutdown {
  private readonly logger = new Logger(BackendDirectory.name);
  private entries = new Map<string, Entry>();

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(BackendFactories) private readonly factories: BackendFactories,
    private readonly events: EventBus,
  ) {
    this.load(config.routing.backends);
  }

  get gates(): BackendGate[] {
    return [...this.entries.values()].map(({ gate }) => gate);
  }

  find(name: string): BackendGate | undefined {
    return this.entries.get(name)?.gate;
  }

  /** Calls that run on a backend that is gone are let to their end; its connections close when they are done. */
  load(backends: readonly BackendSettings[]): void {
    this.prepare(backends)();
  }

  /** The same in two steps: throws for what cannot be loaded, and gives what loads it. */
  prepare(backends: readonly BackendSettings[]): () => void {
    const before = this.entries;
    const entries = new Map(
      backends.map((settings) => [settings.name, this.keep(before, settings) ?? this.open(settings)]),
    );
    return () => void (this.entries = entries);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.gates.map(({ backend }) => backend.close()));
  }

  private keep(before: Map<string, Entry>, settings: BackendSettings): Entry | undefined {
    const entry = before.get(settings.name);
    return entry !== undefined && JSON.stringify(entry.settings) === JSON.stringify(settings)
      ? entry
      : undefined;
  }

  private open(settings: BackendSettings): Entry {
    const gate = new BackendGate(this.create(settings), settings.maxConcurrent, SYSTEM_CLOCK, (state) => {
      this.logger.warn({ backend: settings.name, state }, 'circuit breaker changed');
      this.events.emit('breaker-changed', { backend: settings.name, state });
    });
    return { settings, gate };
  }

  private create(settings: BackendSettings): ModelBackend {
    const factory = this.factories.find(({ kind }) => kind === settings.kind);
    if (factory === undefined) {
      const kinds = this.factories.map(({ kind }) => kind).join(', ');
      throw new ConfigError(
        `routing.yaml: the backend ${settings.name} is of kind ${settings.kind}; known kinds are ${kinds}`,
      );
    }
    return factory.create(settings, this.config.upstream);
  }
}
