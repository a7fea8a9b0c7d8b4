import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import type { Principal } from '../../contracts/principal.js';
import type { GenerationStatusDto } from './dto/generation-status.dto.js';
import { GenerationRegistry } from './generation-registry.js';
import { generationNotFound } from './log-directory.js';
import { Replicas } from './replicas/replicas.js';
import { toFinishedStatus, toRunningStatus } from './to-status.js';

/** What may be done about a generation by the id its caller saw, on whichever replica it runs. */
@Injectable()
export class GenerationControl {
  constructor(
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(Replicas) private readonly replicas: Replicas,
  ) {}

  /** Throws `generation_not_found`. */
  async status(id: string, caller: Principal): Promise<GenerationStatusDto> {
    const running = this.registry.findRunning(id, caller);
    if (running !== undefined) return toRunningStatus(running);
    const finished = this.registry.findFinished(id, caller);
    if (finished !== undefined) return toFinishedStatus(finished);
    const elsewhere = await this.replicas.status(id, caller);
    if (elsewhere === undefined) throw generationNotFound(id);
    return elsewhere;
  }

  /** Resolves when its upstream connection was closed. Throws `generation_not_found` or `already_finished`. */
  async cancel(id: string, caller: Principal): Promise<void> {
    if (this.registry.findRunning(id, caller)?.cancel('cancelled')) return;
    const answer = this.isKnownHere(id, caller) ? 'finished' : await this.replicas.cancel(id, caller);
    if (answer === 'unknown') throw generationNotFound(id);
    if (answer === 'finished')
      throw new GatewayError('already_finished', 'The generation has already ended.');
  }

  private isKnownHere(id: string, caller: Principal): boolean {
    return (
      this.registry.findRunning(id, caller) !== undefined ||
      this.registry.findFinished(id, caller) !== undefined ||
      this.registry.hasExpired(id, caller)
    );
  }
}
