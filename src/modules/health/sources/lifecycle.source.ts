import { Inject, Injectable } from '@nestjs/common';
import { Lifecycle } from '../../../common/lifecycle.js';
import type { HealthPart, HealthSource } from '../health-part.js';

/** The gateway itself: it serves until it is told to stop. */
@Injectable()
export class LifecycleSource implements HealthSource {
  constructor(@Inject(Lifecycle) private readonly lifecycle: Lifecycle) {}

  get parts(): readonly HealthPart[] {
    const { draining } = this.lifecycle;
    return [
      { name: 'gateway', report: { status: 'healthy' }, ...(draining && { blocks: 'it is shutting down' }) },
    ];
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }
}
