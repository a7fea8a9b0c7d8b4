import { Inject, Injectable } from '@nestjs/common';
import type { BackendSettings } from '../../../config/index.js';
import { BackendDirectory, BackendProbe, RoutingTable } from '../../models/index.js';
import { type HealthPart, type HealthSource, NOT_SEEN_YET, type PartReport } from '../health-part.js';

/** A service of its own in the report; all others share a group. */
const OLLAMA = 'ollama';

/** The model servers, as they were last probed. The probing is done where it is decided who serves. */
@Injectable()
export class BackendsSource implements HealthSource {
  constructor(
    @Inject(BackendProbe) private readonly probe: BackendProbe,
    @Inject(RoutingTable) private readonly routing: RoutingTable,
    @Inject(BackendDirectory) private readonly directory: BackendDirectory,
  ) {}

  get parts(): readonly HealthPart[] {
    return this.routing.current.backends.map(({ name }) => ({
      name: partName(name),
      report: this.report(name),
    }));
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  private report(name: BackendSettings['name']): PartReport {
    const health = this.probe.status(name)?.health;
    // It may answer a probe and fail at its work.
    if (this.directory.find(name)?.breaker.state === 'open')
      return { status: 'unhealthy', error: 'it keeps failing' };
    if (health?.reachable) return { status: 'healthy', ...(health.version && { version: health.version }) };
    if (this.routing.isUnasked(name)) return { status: 'disabled' };
    if (health === undefined) return NOT_SEEN_YET;
    if (this.probe.serving(name) !== name) return { status: 'simulated' };
    return { status: 'unhealthy', error: health.error ?? 'not reachable' };
  }
}

const BACKENDS = 'backends/';

const partName = (backend: string): string => (backend === OLLAMA ? OLLAMA : BACKENDS + backend);

/** The backend's name where the part belongs to the group. */
export const groupedBackend = (part: string): string | undefined =>
  part.startsWith(BACKENDS) ? part.slice(BACKENDS.length) : undefined;
