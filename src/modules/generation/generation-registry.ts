import { Inject, Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/index.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { Principal } from '../../contracts/principal.js';
import { FinishedGenerations, type FinishedGeneration } from './finished-generations.js';
import type { Generation } from './generation.js';
import { isOwn } from './is-own.js';

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
  private readonly slots = new Map<string, Slot>();
  private readonly finished: FinishedGenerations;

  constructor(@Inject(AppConfig) { streams }: AppConfig) {
    this.finished = new FinishedGenerations(streams.logMaxBytes, streams.resumeTtlMs);
  }

  get runningCount(): number {
    return this.slots.size;
  }

  get all(): Generation[] {
    return [...this.slots.values()].map(({ generation }) => generation!);
  }

  add(generation: Generation): void {
    this.slots.set(generation.id, { generation });
  }

  retire(generation: Generation, outcome: Outcome): void {
    const slot = this.slots.get(generation.id);
    if (slot === undefined) return;
    slot.generation = undefined;
    this.slots.delete(generation.id);
    const { log } = generation;
    const facts = {
      head: generation.head,
      owner: generation.owner,
      profile: generation.begin.profile,
      outcome,
      usage: generation.usage,
      durationMs: generation.durationMs,
      backend: generation.backendName,
      count: log.count,
    };
    this.finished.add(facts, log.flatten());
  }

  /** A generation that runs here, whoever asks. */
  running(id: string): Generation | undefined {
    return this.slots.get(id)?.generation;
  }

  findRunning(id: string, caller: Principal): Generation | undefined {
    const generation = this.running(id);
    return generation !== undefined && isOwn(generation.owner, caller) ? generation : undefined;
  }

  /** All that run for this caller. */
  runningOf(caller: Principal): Generation[] {
    return this.all.filter(({ owner }) => isOwn(owner, caller));
  }

  findFinished(id: string, caller: Principal): FinishedGeneration | undefined {
    const record = this.finished.find(id);
    return record !== undefined && isOwn(record.owner, caller) ? record : undefined;
  }

  /** What is kept of a generation that has ended, whoever asks. */
  kept(id: string): FinishedGeneration | undefined {
    return this.finished.find(id);
  }

  /** Whether a generation of the caller's was kept, and is kept no more. */
  hasExpired(id: string, caller: Principal): boolean {
    return this.finished.hasExpired(id, caller);
  }
}
