import type { Failure, FailureCode } from '../../../contracts/failure.js';
import type { GenerationRequest } from '../../../contracts/generation-request.js';
import type { AnswerSink, BackendCall, ModelBackend } from '../../../contracts/model-backend.js';
import { BackendGate } from '../../models/index.js';

/** One call of a backend whose answer the test speaks. */
export class SpokenCall implements BackendCall {
  state: 'open' | 'aborted' = 'open';
  paused = false;

  constructor(
    readonly model: string,
    readonly sink: AnswerSink,
  ) {}
  abort = () => (this.state = 'aborted');
  pause = () => (this.paused = true);
  resume = () => (this.paused = false);
  fail = (code: FailureCode, more: Partial<Failure> = {}) =>
    this.sink.failed({ code, message: code, ...more });
}

/** A backend that says nothing by itself. */
export class SpokenBackend {
  readonly kind = 'spoken';
  readonly calls: SpokenCall[] = [];
  readonly gate: BackendGate;

  constructor(
    readonly name: string,
    maxConcurrent = 100,
  ) {
    this.gate = new BackendGate(
      this as unknown as ModelBackend,
      maxConcurrent,
      { now: () => 0 },
      () => undefined,
    );
  }

  generate({ model }: GenerationRequest, sink: AnswerSink): SpokenCall {
    return (this.calls[this.calls.length] = new SpokenCall(model, sink));
  }

  /** The call it was given last. */
  get last(): SpokenCall {
    return this.calls.at(-1)!;
  }
}
