import { Inject, Injectable, Logger } from '@nestjs/common';
import { AppConfig, readProcessEnv, reloadRouting } from '../../config/index.js';
import { BackendDirectory } from './backend-directory.js';
import { BackendProbe } from './backend-probe.js';
import { RoutingTable } from './routing-table.js';

/** Reads models, routes, backends, profiles, agents and workflows anew while requests go on. A mistake leaves all as it was. */
@Injectable()
export class RoutingReload {
  private readonly logger = new Logger(RoutingReload.name);

  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(RoutingTable) private readonly table: RoutingTable,
    @Inject(BackendDirectory) private readonly directory: BackendDirectory,
    @Inject(BackendProbe) private readonly probe: BackendProbe,
  ) {}

  async reload(): Promise<void> {
    try {
      const routing = reloadRouting({ CITADEL_ENV: this.config.environment, ...readProcessEnv() });
      const load = this.directory.prepare(routing.backends);
      this.table.replace(routing);
      load();
      this.logger.log('routing was read anew');
    } catch (error) {
      this.logger.error({ err: error }, 'the routing stays as it was');
      return;
    }
    await this.probe.look();
  }
}
