import { Inject, Injectable, Optional } from '@nestjs/common';
import type { BackendSettings } from '../../config/index.js';
import type { EmbeddingAnswer, EmbeddingRequest } from '../../contracts/embedding.js';
import type {
  AnswerSink,
  BackendCall,
  BackendHealth,
  BackendModel,
  ModelBackend,
} from '../../contracts/model-backend.js';
import type { Failure } from '../../contracts/failure.js';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import type { BackendFactory } from '../shared/backend-factory.js';
import { composeAnswer } from './answer.js';
import { simulateEmbeddings } from './embed.js';
import { listSimulatorModels } from './models.js';
import { Pace } from './pace.js';
import { Playback } from './playback.js';
import { toRandom } from './random-lane.js';
import { readSettings } from './request.js';
import { Scheduler, systemScheduler } from './scheduler.js';
import { Tally } from './tally.js';

/** Answers without a model and without a network: for trying clients, for tests, and where no model server runs. */
export class SimulatorBackend implements ModelBackend {
  readonly kind = 'simulator';
  readonly failsOnDemand = true;

  constructor(
    readonly name: string,
    private readonly scheduler: Scheduler = systemScheduler,
  ) {}

  generate(request: GenerationRequest, sink: AnswerSink): BackendCall {
    const settings = readSettings(request);
    if ('code' in settings) return refuse(settings, sink, this.scheduler);
    const script = {
      parts: composeAnswer(request, settings),
      faults: settings,
      pace: new Pace(settings, toRandom(request, settings, 'pace'), this.scheduler),
      tally: new Tally(request, settings),
    };
    return new Playback(script, sink, this.scheduler);
  }

  embed(request: EmbeddingRequest, signal: AbortSignal): Promise<EmbeddingAnswer> {
    signal.throwIfAborted();
    return Promise.resolve(simulateEmbeddings(request));
  }

  listModels(): Promise<BackendModel[]> {
    return Promise.resolve(listSimulatorModels());
  }

  probe(): Promise<BackendHealth> {
    return Promise.resolve({ reachable: true });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function refuse(failure: Failure, sink: AnswerSink, scheduler: Scheduler): BackendCall {
  const abort = scheduler.soon(() => sink.failed(failure));
  return { abort, pause: () => undefined, resume: () => undefined };
}

@Injectable()
export class SimulatorBackends implements BackendFactory {
  readonly kind = 'simulator';

  constructor(@Optional() @Inject(Scheduler) private readonly scheduler: Scheduler = systemScheduler) {}

  create({ name }: BackendSettings): ModelBackend {
    return new SimulatorBackend(name, this.scheduler);
  }
}
