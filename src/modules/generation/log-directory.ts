import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { Principal } from '../../contracts/principal.js';
import { GenerationRegistry } from './generation-registry.js';
import type { FinishedGeneration } from './finished-generations.js';
import { LogCopy } from './log-copy.js';
import { Replicas, type FoundLog } from './replicas/replicas.js';

/** Of which it is remembered that they are read. */
const MOST_COPIES = 1024;

/** Finds the log of any generation of the caller's: one that runs, one that has ended, here or on another replica. */
@Injectable()
export class LogDirectory {
  private readonly copies = new Map<string, WeakRef<LogCopy>>();

  constructor(
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(Replicas) private readonly replicas: Replicas,
  ) {}

  /** Throws `generation_not_found` or `stream_expired`; `dependency_unavailable` while the other replicas cannot be asked. */
  async find(id: string, caller: Principal): Promise<FoundLog> {
    const found = this.findHere(id, caller) ?? (await this.replicas.follow(id, caller));
    if (found === 'expired' || (found === undefined && this.registry.hasExpired(id, caller)))
      throw new GatewayError('stream_expired', 'The stream is not kept any more.', { param: 'id' });
    if (found === undefined) throw generationNotFound(id);
    return found;
  }

  /** One copy for all who read it at a time. */
  private copyOf(id: string, finished: FinishedGeneration): LogCopy {
    const known = this.copies.get(id)?.deref();
    if (known !== undefined) return known;
    const copy = LogCopy.ofFinished(finished);
    if (this.copies.size >= MOST_COPIES) this.copies.clear();
    this.copies.set(id, new WeakRef(copy));
    return copy;
  }

  findHere(id: string, caller: Principal): FoundLog | undefined {
    const running = this.registry.findRunning(id, caller);
    if (running !== undefined) return { source: running, profile: running.begin.profile };
    const finished = this.registry.findFinished(id, caller);
    if (finished === undefined) return undefined;
    return { source: this.copyOf(id, finished), profile: finished.profile };
  }
}

export const generationNotFound = (id: string) =>
  new GatewayError('generation_not_found', `No generation '${id.slice(0, 100)}'.`, { param: 'id' });
