import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { FailureError } from '../../contracts/failure.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import { GenerationJournal, type BeginRecord } from '../../contracts/journal.js';
import type { EmbeddingCall } from './embedding-call.js';

interface Made {
  readonly tokens: number;
  readonly cached: number;
  readonly backend: string;
  readonly model: string;
}

/** Puts calls for vectors on record: who asked for how many of what, by the hashes of the texts alone. */
@Injectable()
export class EmbeddingRecords {
  constructor(@Inject(GenerationJournal) private readonly journal: GenerationJournal) {}

  begin(id: string, { model, inputs, caller }: EmbeddingCall) {
    const startedAt = performance.now();
    const begin: BeginRecord = {
      id,
      kind: 'embedding',
      route: caller.route,
      requestId: caller.requestId,
      tenant: caller.owner.tenant,
      userId: caller.userId,
      model,
      profile: 'generic',
      stream: false,
      createdAt: new Date(),
      inputs: [{ kind: 'embedding', sha256: inputs.map(digestOf) }],
    };
    const entry = this.journal.begin(begin);
    const end = async (outcome: Outcome, made?: Made) => {
      await entry.outcome({
        begin,
        outcome,
        backend: made?.backend,
        backendModel: made?.model,
        attempts: 0,
        usage: { promptTokens: made?.tokens },
        generatedPieces: made === undefined ? 0 : inputs.length,
        deliveredPieces: made === undefined ? 0 : inputs.length,
        readerWaits: 0,
        cachedPieces: made?.cached,
        durationMs: performance.now() - startedAt,
        endedAt: new Date(),
        answers: () => [],
      });
    };
    return {
      finished: (made: Made) => end({ status: 'finished', finishReasons: [] }, made),
      failed: (error: unknown, isClientGone: boolean) => end(toOutcome(error, isClientGone)),
    };
  }
}

const digestOf = (text: string): string => hash('sha256', text, 'hex');

function toOutcome(error: unknown, isClientGone: boolean): Outcome {
  if (isClientGone) return { status: 'cancelled', reason: 'client_gone' };
  if (error instanceof FailureError) return { status: 'failed', failure: error.failure };
  return {
    status: 'failed',
    failure: { code: 'internal', message: 'Something went wrong.', detail: String(error) },
  };
}
