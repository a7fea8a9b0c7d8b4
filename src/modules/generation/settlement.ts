import { Inject, Injectable, Logger } from '@nestjs/common';
import { EventBus } from '../../contracts/business-events.js';
import type { Failure } from '../../contracts/failure.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { JournalEntry, OutcomeRecord } from '../../contracts/journal.js';
import type { AnswerRun, Generation } from './generation.js';
import { GenerationRegistry } from './generation-registry.js';
import { answersOf } from './log/answers.js';

/** What belongs to a generation besides itself. */
export interface Settled {
  readonly entry: JournalEntry;
  readonly runs: readonly AnswerRun[];
  /** It gives an answer again. */
  readonly cached?: true;
}

/** What happens once after every generation, however it ended. */
@Injectable()
export class Settlement {
  private readonly logger = new Logger(Settlement.name);

  constructor(
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(EventBus) private readonly events: EventBus,
  ) {}

  settle(generation: Generation, outcome: Outcome, settled: Settled): void {
    if (outcome.status === 'failed') this.logFailure(generation, outcome.failure);
    const record = this.record(generation, outcome, settled);
    const recorded = settled.entry.outcome(record);
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

  private record(generation: Generation, outcome: Outcome, { runs, cached }: Settled): OutcomeRecord {
    const now = performance.now();
    const { log, head, startedAt, firstEntryAt } = generation;
    const origin = runs.find((run) => run.origin !== undefined)?.origin;
    return {
      begin: generation.begin,
      outcome,
      backend: origin?.backend,
      backendModel: origin?.model,
      attempts: runs.reduce((sum, { attempts }) => sum + attempts, 0),
      usage: generation.usage,
      cached,
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
