import { Inject, Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../../contracts/business-events.js';
import type { Failure } from '../../contracts/failure.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { JournalEntry, OutcomeRecord } from '../../contracts/journal.js';
import type { ChoiceRun } from './choice-run.js';
import type { Generation } from './generation.js';
import { GenerationRegistry } from './generation-registry.js';
import { answersOf } from './log/answers.js';

/** What belongs to a generation besides itself. */
interface Settled {
  readonly entry: JournalEntry;
  readonly runs: readonly ChoiceRun[];
}

/** What happens once after every generation, however it ended. */
@Injectable()
export class Settlement {
  private readonly logger = new Logger(Settlement.name);

  constructor(
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(EventBus) private readonly events: EventBus,
  ) {}

  settle(generation: Generation, outcome: Outcome, { entry, runs }: Settled): void {
    if (outcome.status === 'failed') this.logFailure(generation, outcome.failure);
    const record = this.record(generation, outcome, runs);
    const recorded = entry.outcome(record);
    if (recorded === undefined) return this.close(generation, record);
    recorded.then(
      () => this.close(generation, record),
      (error: unknown) => {
        this.logger.error({ err: error, generation: generation.id }, 'the audit could not take an outcome');
        const failure = {
          code: 'audit_unavailable',
          message: 'The answer could not be put on record.',
        } as const;
        this.close(generation, { ...record, outcome: { status: 'failed', failure } });
      },
    );
  }

  /** What a caller must not see is written down here, whether or not the answer had begun. */
  private logFailure({ id, begin }: Generation, { code, detail }: Failure): void {
    this.logger.warn({ generation: id, requestId: begin.requestId, code, detail }, 'a generation failed');
  }

  private close(generation: Generation, record: OutcomeRecord): void {
    this.registry.retire(generation, record.outcome);
    generation.release(record.outcome);
    this.events.emit('generation-settled', record);
  }

  private record(generation: Generation, outcome: Outcome, runs: readonly ChoiceRun[]): OutcomeRecord {
    const now = performance.now();
    const { log, head, startedAt, firstEntryAt } = generation;
    const target = runs.find(({ currentTarget }) => currentTarget !== undefined)?.currentTarget;
    return {
      begin: generation.begin,
      outcome,
      backend: target?.gate.backend.name,
      backendModel: target?.model,
      attempts: runs.reduce((sum, { attempts }) => sum + attempts, 0),
      usage: generation.usage,
      generatedPieces: log.count,
      deliveredPieces: generation.deliveredPieces,
      readerWaits: generation.readerWaits,
      firstTokenMs: firstEntryAt === undefined ? undefined : firstEntryAt - startedAt,
      durationMs: now - startedAt,
      endedAt: new Date(),
      answers: () => answersOf(log, head.choices),
    };
  }
}
