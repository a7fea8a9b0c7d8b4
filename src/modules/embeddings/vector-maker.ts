import { Inject, Injectable } from '@nestjs/common';
import { AppConfig, type UpstreamConfig } from '../../config/index.js';
import { EventBus } from '../../contracts/business-events.js';
import type { EmbeddingAnswer, EmbeddingRequest } from '../../contracts/embedding.js';
import { FailureError, type Failure } from '../../contracts/failure.js';
import { BackendGate, type Target } from '../models/index.js';
import { toLength } from './to-length.js';
import { Vector } from './vector.js';

interface Making {
  readonly signal: AbortSignal;
  /** Called before each upstream call. */
  readonly onCall: () => void;
}

/** Runs the backends: one upstream call at a time, each on the first target that can take it. */
@Injectable()
export class VectorMaker {
  private readonly timeouts: UpstreamConfig;

  constructor(
    @Inject(AppConfig) { upstream }: AppConfig,
    @Inject(EventBus) private readonly events: EventBus,
  ) {
    this.timeouts = upstream;
  }

  /** One vector for each input. Rejects with a `FailureError`, or with the signal's reason. */
  async make(
    targets: readonly Target[],
    request: Omit<EmbeddingRequest, 'model'>,
    { signal, onCall }: Making,
  ): Promise<Vector[]> {
    let failure: Failure | undefined;
    for (const target of targets) {
      const pass = target.gate.enter();
      if (typeof pass === 'object') {
        failure = pass;
        continue;
      }
      try {
        onCall();
        // The server is well, whatever it makes of a length: its gate hears nothing of that.
        const { vectors, ...answer } = await this.call(target, pass, request, signal);
        return toVectors(request.inputs, { ...answer, vectors: toLength(vectors, request.dimensions) });
      } catch (error) {
        if (!(error instanceof FailureError)) throw error;
        failure = error.failure;
        if (failure.code === 'invalid_request' || failure.code === 'context_length_exceeded') break;
      }
    }
    throw new FailureError(failure ?? { code: 'internal', message: 'No model server is configured.' });
  }

  private async call(
    { gate, model }: Target,
    pass: number,
    request: Omit<EmbeddingRequest, 'model'>,
    signal: AbortSignal,
  ): Promise<EmbeddingAnswer> {
    const startedAt = performance.now();
    const deadline = AbortSignal.timeout(this.timeouts.firstTokenTimeoutMs);
    let failure: Failure | undefined;
    try {
      return await gate.backend.embed({ ...request, model }, AbortSignal.any([signal, deadline]));
    } catch (error) {
      if (error instanceof FailureError) failure = error.failure;
      else if (deadline.aborted && !signal.aborted)
        failure = { code: 'upstream_timeout', message: 'The model server gave no vectors in time.' };
      else throw error;
      throw new FailureError(failure);
    } finally {
      const status = signal.aborted ? 'cancelled' : failure === undefined ? 'finished' : 'failed';
      gate.leave(
        pass,
        signal.aborted ? 'neutral' : failure === undefined ? 'success' : BackendGate.verdict(failure),
      );
      this.events.emit('backend-attempt-ended', {
        backend: gate.backend.name,
        backendKind: gate.backend.kind,
        model,
        endpoint: 'embed',
        status,
        durationMs: performance.now() - startedAt,
      });
    }
  }
}

const BYTES_PER_TOKEN = 4;

/** A backend counts tokens for all inputs together: each gets its share by length, and together they are the count. */
function toVectors(inputs: readonly string[], { vectors, promptTokens }: EmbeddingAnswer): Vector[] {
  const lengths = inputs.map((text) => Math.max(1, Buffer.byteLength(text)));
  const all = lengths.reduce((sum, length) => sum + length, 0);
  const tokens = promptTokens ?? Math.ceil(all / BYTES_PER_TOKEN);
  let before = 0;
  return vectors.map((numbers, at) => {
    const after = before + lengths[at]!;
    const share = Math.round((after / all) * tokens) - Math.round((before / all) * tokens);
    before = after;
    return Vector.of(numbers, share);
  });
}
