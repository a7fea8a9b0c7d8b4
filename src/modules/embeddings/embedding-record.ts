import { hash } from 'node:crypto';
import { FailureError } from '../../contracts/failure.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { BeginRecord, GenerationJournal, JournalEntry } from '../../contracts/journal.js';
import type { EmbeddingCall } from './embedding-call.js';

interface Tried {
  /** Upstream calls. */
  readonly attempts: number;
  readonly backend: string;
  readonly model: string;
}

interface Made extends Tried {
  readonly tokens: number;
  readonly cached: number;
}

/**
 * What is put on record of one call for vectors: who asked for how many of what, by the hashes of the texts alone. It has to
 * begin before a backend is called; where all was cached its end is enough.
 */
export class EmbeddingRecord {
  private readonly startedAt = performance.now();
  private readonly asked: BeginRecord;
  private readonly texts: number;
  private entry: JournalEntry | undefined;

  constructor(
    private readonly journal: GenerationJournal,
    id: string,
    { model, inputs, caller }: EmbeddingCall,
  ) {
    this.texts = inputs.length;
    this.asked = {
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
  }

  begin(): void {
    this.entry = this.journal.begin(this.asked);
  }

  finished(made: Made): Promise<void> | undefined {
    return this.end({ status: 'finished', finishReasons: [] }, made, made);
  }

  failed(
    error: unknown,
    { isClientGone, ...tried }: Tried & { readonly isClientGone: boolean },
  ): Promise<void> | undefined {
    return this.end(toOutcome(error, isClientGone), tried);
  }

  private end(outcome: Outcome, { attempts, backend, model }: Tried, made?: Made): Promise<void> | undefined {
    const pieces = made === undefined ? 0 : this.texts;
    const record = {
      begin: this.asked,
      outcome,
      backend,
      backendModel: model,
      attempts,
      usage: { promptTokens: made?.tokens },
      generatedPieces: pieces,
      deliveredPieces: pieces,
      readerWaits: 0,
      cachedPieces: made?.cached,
      durationMs: performance.now() - this.startedAt,
      endedAt: new Date(),
      answers: () => [],
    };
    return this.entry === undefined ? this.journal.enter(record) : this.entry.outcome(record);
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
