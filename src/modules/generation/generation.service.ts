import { Inject, Injectable } from '@nestjs/common';
import { GatewayError } from '../../common/errors/gateway.error.js';
import { Lifecycle } from '../../common/lifecycle.js';
import { newId } from '../../common/new-id.js';
import { AppConfig } from '../../config/index.js';
import { Allowances, type Allowance, type RoomAgain } from '../../contracts/allowance.js';
import { EventBus } from '../../contracts/business-events.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import { GenerationJournal, type BeginRecord } from '../../contracts/journal.js';
import type { Principal } from '../../contracts/principal.js';
import { RetryBudget, type Plan } from '../models/index.js';
import { ChoiceRun } from './choice-run.js';
import { estimatePrompt } from './estimate-prompt.js';
import { hasWorked, withPromptTokens } from './estimated-usage.js';
import { Generation } from './generation.js';
import { GenerationRegistry } from './generation-registry.js';
import type { RecordedAnswer } from './recorded-answer.js';
import { ReplayRun } from './replay-run.js';
import { Settlement, type Settled } from './settlement.js';
import { toSpent } from './to-spent.js';
import { TokenMeter } from './token-meter.js';

/** Everything that is decided about a generation before it begins. */
export interface GenerationSpec {
  readonly kind: 'chat' | 'completion';
  /** What its id begins with, where the caller's protocol does not name it as others of its kind. */
  readonly idPrefix?: string;
  readonly route: string;
  /** Its method as well, as limits and usage name it. */
  readonly endpoint: string;
  readonly requestId: string;
  readonly owner: Principal;
  /** Its id, where that had to be known before. */
  readonly id?: string;
  /** Name for the record; the principal's, unless the caller named a user. */
  readonly userId: string;
  readonly plan: Plan;
  readonly agent: string | undefined;
  readonly profile: string;
  readonly stream: boolean;
  /** The conversation it belongs to, when the caller named one. */
  readonly session: string | undefined;
  readonly deadlineMs: number;
  readonly choices: number;
  /** How long it goes on when nobody reads it any more. */
  readonly graceMs: number;
  /** Most tokens of an answer, where somebody said so. */
  readonly maxTokens?: number;
  /** The caller's message that the answer goes on with, where it has a name. */
  readonly messageId?: string | undefined;
  /** Whether it belongs to work that was let in before. */
  readonly isPart?: boolean | undefined;
  /** As an allowance is asked for. */
  readonly roomAgain?: RoomAgain | undefined;
  /** What each answer is asked for; prompts may differ by answer. */
  readonly request: (choice: number) => Omit<GenerationRequest, 'model'>;
}

export const ID_PREFIX = { chat: 'chatcmpl-', completion: 'cmpl-' } as const;

/** What an answer whose length nobody named may take of a budget. */
const OPEN_END = 8192;

/** Begins generations. There is no other way to run a model, nor to give an answer again. */
@Injectable()
export class GenerationService {
  constructor(
    @Inject(AppConfig) private readonly config: AppConfig,
    @Inject(GenerationJournal) private readonly journal: GenerationJournal,
    @Inject(GenerationRegistry) private readonly registry: GenerationRegistry,
    @Inject(Settlement) private readonly settlement: Settlement,
    @Inject(RetryBudget) private readonly retries: RetryBudget,
    @Inject(EventBus) private readonly events: EventBus,
    @Inject(Lifecycle) private readonly lifecycle: Lifecycle,
    @Inject(Allowances) private readonly allowances: Allowances,
  ) {}

  /** Rejects with a GatewayError for what may not run; then nothing is on record. */
  async begin(spec: GenerationSpec): Promise<Generation> {
    this.admitOneMore(spec);
    const requests = requestsOf(spec);
    const wanted = requests.reduce((sum, { sampling }) => sum + (sampling.maxTokens ?? OPEN_END), 0);
    const allowance = await this.allowances.reserve({
      owner: spec.owner,
      endpoint: spec.endpoint,
      agent: spec.agent,
      targets: spec.plan.targets.map(({ gate, model }) => ({ backend: gate.backend.name, model })),
      promptTokens: () => estimatePrompts(requests),
      completionTokens: wanted,
      roomAgain: spec.roomAgain,
    });
    try {
      return this.start(spec, requests, allowance, wanted);
    } catch (error) {
      allowance.settle(undefined);
      throw error;
    }
  }

  /** Gives an answer again, as a generation of its own with a record of its own. No backend hears of it. */
  repeat(spec: GenerationSpec, answer: RecordedAnswer): Generation {
    const runs: ReplayRun[] = [];
    const generation = this.open(spec, { runs, cached: true });
    const run = new ReplayRun(generation, answer);
    runs.push(run);
    generation.run(runs, spec.deadlineMs);
    run.start();
    return generation;
  }

  private start(
    spec: GenerationSpec,
    requests: readonly Omit<GenerationRequest, 'model'>[],
    allowance: Allowance,
    wanted: number,
  ): Generation {
    const most = allowance.completionTokens;
    const meter = most === undefined ? undefined : new TokenMeter(most);
    const runs: ChoiceRun[] = [];
    const generation = this.open(spec, { runs }, (ended, outcome) =>
      allowance.settle(toSpent(ended, outcome, meter)),
    );
    generation.headers = allowance.headers;
    generation.isShortened = most !== undefined && most < wanted;
    const context = {
      plan: spec.plan,
      timeouts: this.config.upstream,
      retries: this.retries,
      events: this.events,
      meter,
    };
    for (const request of requests) runs.push(new ChoiceRun(generation, withinReach(request, most), context));
    generation.run(runs, spec.deadlineMs);
    for (const run of runs) if (!generation.ended) run.start();
    return generation;
  }

  private open(
    spec: GenerationSpec,
    settled: Omit<Settled, 'entry'>,
    onEnded?: (ended: Generation, outcome: Outcome) => void,
  ): Generation {
    this.admitOneMore(spec);
    const createdAt = new Date();
    const id = spec.id ?? newId(spec.idPrefix ?? ID_PREFIX[spec.kind]);
    const record = toBeginRecord(spec, id, createdAt);
    const head = {
      id,
      created: Math.floor(createdAt.getTime() / 1000),
      model: spec.plan.requestedModel,
      agent: spec.agent,
      choices: spec.choices,
      ...(spec.maxTokens === undefined ? {} : { maxTokens: spec.maxTokens }),
      ...(spec.messageId === undefined ? {} : { messageId: spec.messageId }),
    };
    const entry = this.journal.begin(record);
    const settle = (ended: Generation, outcome: Outcome) => {
      if (hasWorked(ended, outcome))
        ended.usage = withPromptTokens(ended.usage, () => estimatePrompts(requestsOf(spec)));
      onEnded?.(ended, outcome);
      this.settlement.settle(ended, outcome, { ...settled, entry });
    };
    const generation = new Generation(head, spec.owner, record, settle, spec.graceMs);

    this.registry.add(generation);
    this.events.emit('generation-began', record);
    return generation;
  }

  private admitOneMore({ isPart }: GenerationSpec): void {
    this.lifecycle.requireOpen(isPart ? 'work' : 'new');
    if (this.registry.runningCount < this.config.streams.maxStreams) return;
    throw new GatewayError('server_busy', 'The gateway runs as many generations as it may.', {
      retryAfterS: 1,
    });
  }
}

const requestsOf = (spec: GenerationSpec): Omit<GenerationRequest, 'model'>[] =>
  Array.from({ length: spec.choices }, (_, choice) => spec.request(choice));

/** Each different prompt once. */
function estimatePrompts(requests: readonly Omit<GenerationRequest, 'model'>[]): number {
  const different = new Map(requests.map((request) => [request.input, request]));
  return [...different.values()].reduce((sum, request) => sum + estimatePrompt(request), 0);
}

/** A model that knows how much it may say stops by itself, and says what it used. */
function withinReach(
  request: Omit<GenerationRequest, 'model'>,
  most: number | undefined,
): Omit<GenerationRequest, 'model'> {
  const { sampling } = request;
  const { maxTokens = OPEN_END } = sampling;
  if (most === undefined || maxTokens <= most) return request;
  return { ...request, sampling: { ...sampling, maxTokens: most } };
}

function toBeginRecord(spec: GenerationSpec, id: string, createdAt: Date): BeginRecord {
  const { kind, route, requestId, owner, userId, plan, agent, profile, stream, session } = spec;
  const asked = requestsOf(spec).map(({ input }) => input);
  return {
    id,
    kind,
    route,
    requestId,
    tenant: owner.tenant,
    userId,
    model: plan.requestedModel,
    agent,
    profile,
    stream,
    session,
    createdAt,
    inputs: spec.choices === 1 ? asked : [...new Set(asked)],
  };
}
