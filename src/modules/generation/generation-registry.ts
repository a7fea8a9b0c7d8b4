import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { Principal } from '../../contracts/principal.js';
import { FinishedGenerations, type FinishedGeneration } from './finished-generations.js';
import type { Generation } from './generation.js';

/**
 * What the map of running generations holds. V8 replaces a map that changes all the time by a new one; the old one lies
 * among the old objects until these are collected, and whatever it still holds lies there with it.
 */
interface Slot {
  generation: Generation | undefined;
}

/** Generations by the id their caller saw. What belongs to somebody else is not found. */
@Injectable()
export class GenerationRegistry {
  private readonly running = new Map<string, Slot>();
  private readonly finished: FinishedGenerations;

  constructor(@Inject(AppConfig) { streams }: AppConfig) {
    this.finished = new FinishedGenerations(streams.logMaxBytes, streams.resumeTtlMs);
  }

  get runningCount(): number {
    return this.running.size;
  }

  get all(): Generation[] {
    return [...this.running.values()].map(({ generation }) => generation!);
  }

  add(generation: Generation): void {
    this.running.set(generation.id, { generation });
  }

  retire(generation: Generation, outcome: Outcome): void {
    const slot = this.running.get(generation.id);
    if (slot === undefined) return;
    slot.generation = undefined;
    this.running.delete(generation.id);
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
    const generation = this.running.get(id)?.generation;
    return generation !== undefined && isOwn(generation.owner, caller) ? generation : undefined;
  }

  findFinished(id: string, caller: Principal): FinishedGeneration | undefined {
    const record = this.finished.find(id);
    return record !== undefined && isOwn(record.owner, caller) ? record : undefined;
  }
}

const isOwn = (owner: Principal, caller: Principal): boolean =>
  owner.tenant === caller.tenant && (owner.id === caller.id || caller.role === 'admin');
