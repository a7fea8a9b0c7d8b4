import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import type { BackendHealth, BackendModel, ModelBackend } from '../../contracts/model-backend.js';
import { BackendDirectory } from './backend-directory.js';
import { RoutingTable } from './routing-table.js';

const PROBE_EVERY_MS = 10_000;
const PROBE_TIMEOUT_MS = 1_000;

export interface BackendStatus {
  readonly health: BackendHealth;
  readonly models: readonly BackendModel[];
}

/**
 * Looks at every backend now and then, so that no request has to: whether it answers and which models it has. What was
 * last seen is what counts.
 */
@Injectable()
export class BackendProbe implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(BackendProbe.name);
  private readonly seen = new Map<string, BackendStatus>();
  /** Those that answered once. */
  private readonly found = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(BackendDirectory) private readonly directory: BackendDirectory,
    @Inject(RoutingTable) private readonly routing: RoutingTable,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.look();
    this.timer = setInterval(() => void this.look(), PROBE_EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  status(backend: string): BackendStatus | undefined {
    return this.seen.get(backend);
  }

  /** Undefined of a server that nobody asked for and that never was there. */
  isUp(backend: string): boolean | undefined {
    const seen = this.seen.get(backend);
    if (seen?.health.reachable) return true;
    return this.routing.isUnasked(backend) && !this.found.has(backend) ? undefined : false;
  }

  /** The name under which a backend serves just now: its stand-in's while it is away. */
  serving(backend: string): string {
    const { standIn } = this.routing.current;
    const isAway = standIn?.for === backend && this.seen.get(backend)?.health.reachable === false;
    return isAway ? standIn.by : backend;
  }

  async look(): Promise<void> {
    await Promise.all(this.directory.gates.map(({ backend }) => this.lookAt(backend)));
  }

  private async lookAt(backend: ModelBackend): Promise<void> {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    const before = this.seen.get(backend.name);
    const health = await backend.probe(signal);
    // A server that is away or cannot list keeps what it listed before: its models exist, and cannot be asked just now.
    const known = before?.models ?? [];
    const models = health.reachable ? await backend.listModels(signal).catch(() => known) : known;
    this.seen.set(backend.name, { health, models });
    if (health.reachable) this.found.add(backend.name);
    if (this.isUp(backend.name) === undefined) return;
    if (before?.health.reachable !== health.reachable) this.tell(backend, health);
  }

  private tell(backend: ModelBackend, { reachable, version }: BackendHealth): void {
    const { standIn } = this.routing.current;
    if (reachable) this.logger.log({ backend: backend.name, version }, 'backend answers');
    else if (standIn?.for === backend.name) {
      this.logger.warn(
        { backend: backend.name, standIn: standIn.by },
        'backend does not answer; its stand-in serves until it does',
      );
    } else this.logger.warn({ backend: backend.name }, 'backend does not answer');
  }
}
