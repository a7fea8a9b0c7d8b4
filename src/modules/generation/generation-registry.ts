import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { Principal } from '../../contracts/principal.js';
import { FinishedGenerations, type FinishedGeneration } from './finished-generations.js';
import type { Generation } from './generation.js';

/** Generations by the id their caller saw. What belongs to somebody else is not found. */
@Injectable()
export class GenerationRegistry {
  private readonly running = new Map<string, Generation>();
  private readonly finished: FinishedGenerations;

  constructor(@Inject(AppConfig) { streams }: AppConfig) {
    this.finished = new FinishedGenerations(streams.logMaxBytes, streams.resumeTtlMs);
  }

  get runningCount(): number {
    return this.running.size;
  }

  get all(): Iterable<Generation> {
    return this.running.values();
  }

  add(generation: Generation): void {
    this.running.set(generation.id, generation);
  }

  retire(generation: Generation, outcome: Outcome): void {
    if (!this.running.delete(generation.id)) return;
    this.finished.add({
      head: generation.head,
      owner: generation.owner,
      profile: generation.begin.profile,
      outcome,
      usage: generation.usage,
      log: generation.log.flatten(),
      count: generation.log.count,
    });
  }

  findRunning(id: string, caller: Principal): Generation | undefined {
    const generation = this.running.get(id);
    return generation !== undefined && isOwn(generation.owner, caller) ? generation : undefined;
  }

  findFinished(id: string, caller: Principal): FinishedGeneration | undefined {
    const record = this.finished.find(id);
    return record !== undefined && isOwn(record.owner, caller) ? record : undefined;
  }
}

const isOwn = (owner: Principal, caller: Principal): boolean =>
  owner.tenant === caller.tenant && (owner.id === caller.id || caller.role === 'admin');
