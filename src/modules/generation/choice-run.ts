import type { EventBus } from '../../contracts/business-events.js';
import type { Failure, FailureCode } from '../../contracts/failure.js';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import type { Logprobs } from '../../contracts/logprobs.js';
import type { AnswerSink, BackendCall, FinishReason, ToolCallDelta } from '../../contracts/model-backend.js';
import type { Usage } from '../../contracts/usage.js';
import type { WireText } from '../../contracts/wire-text.js';
import type { UpstreamConfig } from '../../config/index.js';
import { BackendGate, type CallVerdict, type Plan, type RetryBudget, type Target } from '../models/index.js';
import type { AnswerOrigin, AnswerRun, Generation } from './generation.js';
import { reasoningEntry, refusalEntry, scoredEntry, textEntry, toolCallEntry } from './log/entry.js';
import type { TokenMeter } from './token-meter.js';

/** Attempts of one answer at most, over all its targets. */
const MAX_ATTEMPTS = 3;
const RETRY_BASE_MS = 50;

/** The same backend may well answer when asked again. */
const WORTH_A_RETRY: ReadonlySet<FailureCode> = new Set(['upstream_unavailable', 'server_busy']);
/** No other backend would answer this better. */
const NOT_WORTH_A_FALLBACK: ReadonlySet<FailureCode> = new Set(['invalid_request', 'internal']);

export interface RunContext {
  readonly plan: Plan;
  readonly timeouts: UpstreamConfig;
  readonly retries: RetryBudget;
  readonly events: EventBus;
  /** Of all answers together; none where nothing bounds them. */
  readonly meter?: TokenMeter | undefined;
}

/**
 * Gets one answer into the log: tries the plan's targets, and may try again until the first entry, never after it. A
 * watchdog ends a backend that gives no first token, or falls silent.
 */
export class ChoiceRun implements AnswerRun, AnswerSink {
  private call: BackendCall | undefined;
  private target: Target | undefined;
  /** What lets the running call through its target's gate. */
  private pass = 0;
  private next = 0;
  attempts = 0;
  private attemptStartedAt = 0;
  private started = false;
  /** Whether a backend works on it: between two attempts none does. */
  private running = false;
  private over = false;
  /** Whether nothing has come since the last look. */
  private silent = true;
  private paused = false;
  private watchdog: NodeJS.Timeout | undefined;
  private retryTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly generation: Generation,
    private readonly request: Omit<GenerationRequest, 'model'>,
    private readonly context: RunContext,
  ) {}

  get origin(): AnswerOrigin | undefined {
    const { target } = this;
    return target && { backend: target.gate.backend.name, model: target.model };
  }

  start(): void {
    this.context.retries.noteCall();
    this.attempt();
  }

  stop(): void {
    if (this.over) return;
    clearTimeout(this.retryTimer);
    const { call } = this;
    if (call !== undefined) this.leave('cancelled', 'neutral');
    this.over = true;
    call?.abort();
  }

  pause(): void {
    this.paused = true;
    clearTimeout(this.watchdog);
    this.call?.pause();
  }

  resume(): void {
    this.paused = false;
    if (this.call !== undefined) this.watch();
    this.call?.resume();
  }

  touch(): void {
    if (this.silent || this.paused || !this.running) return;
    this.silent = true;
    this.watchdog?.refresh();
  }

  text(piece: WireText): void {
    if (!this.mayWrite(piece.length)) return;
    this.silent = false;
    if (!this.started) this.begin();
    if (this.request.choice === 0) this.generation.append(piece);
    else this.generation.appendTagged(textEntry(piece, this.request.choice));
  }

  scoredText(piece: WireText, logprobs: Logprobs): void {
    if (this.mayWrite(piece.length)) this.append(scoredEntry(piece, logprobs, this.request.choice));
  }

  reasoning(piece: WireText): void {
    if (this.mayWrite(piece.length)) this.append(reasoningEntry(piece, this.request.choice));
  }

  refusal(piece: WireText): void {
    if (this.mayWrite(piece.length)) this.append(refusalEntry(piece, this.request.choice));
  }

  toolCall(delta: ToolCallDelta): void {
    if (!this.mayWrite((delta.name?.length ?? 0) + delta.arguments.length)) return;
    this.append(toolCallEntry(delta, this.request.choice));
  }

  finished(reason: FinishReason, usage: Usage): void {
    if (this.over) return;
    this.leave('finished', 'success');
    this.over = true;
    this.generation.answerFinished(this.request.choice, reason, usage);
  }

  failed(failure: Failure): void {
    if (this.over) return;
    this.leave('failed', BackendGate.verdict(failure));
    this.failedAttempt(failure);
  }

  private append(tagged: string): void {
    this.silent = false;
    if (!this.started) this.begin();
    this.generation.appendTagged(tagged);
  }

  private attempt(): void {
    const { targets } = this.context.plan;
    const target = targets[this.next % targets.length]!;
    const pass = target.gate.enter();
    if (typeof pass === 'object') return this.failedAttempt(pass);
    this.pass = pass;
    this.target = target;
    this.attempts++;
    this.running = true;
    this.attemptStartedAt = performance.now();
    this.watch();
    const call = target.gate.backend.generate({ ...this.request, model: target.model }, this);
    // It may have failed already, and the next attempt may run; or it has said more than it may.
    if (this.target !== target || !this.running) return call.abort();
    this.call = call;
    if (this.paused) call.pause();
  }

  private failedAttempt(failure: Failure): void {
    const mayGoOn = !this.started && !this.generation.ended && this.attempts < MAX_ATTEMPTS;
    const isLast = this.next + 1 >= this.context.plan.targets.length;
    if (mayGoOn && !isLast && !NOT_WORTH_A_FALLBACK.has(failure.code)) {
      this.next++;
      return this.attempt();
    }
    if (
      mayGoOn &&
      this.attempts > 0 &&
      WORTH_A_RETRY.has(failure.code) &&
      failure.retryAfterS === undefined &&
      this.context.retries.spend()
    ) {
      this.retryTimer = setTimeout(() => this.attempt(), Math.random() * RETRY_BASE_MS * 2 ** this.attempts);
      return;
    }
    this.over = true;
    this.generation.answerFailed(failure);
  }

  /** What is left of the allowance is too little for a piece: the answer ends before it, as one that is too long does. */
  private mayWrite(bytes: number): boolean {
    const { meter } = this.context;
    if (meter === undefined || meter.take(bytes)) return true;
    const { call } = this;
    this.finished('length', {});
    call?.abort();
    return false;
  }

  private begin(): void {
    this.started = true;
    this.target!.gate.answered(this.pass);
    this.watch();
  }

  /** Nobody is called silent whom we hold back ourselves. */
  private watch(): void {
    clearTimeout(this.watchdog);
    if (this.paused) return;
    this.watchdog = setTimeout(() => this.fellSilent(), this.patienceMs);
  }

  /** Ollama and others tell a tool call when it is whole, which may take as long as the beginning of an answer. */
  private get patienceMs(): number {
    const { firstTokenTimeoutMs, idleTimeoutMs } = this.context.timeouts;
    if (!this.started) return firstTokenTimeoutMs;
    const { tools = [], toolChoice } = this.request;
    return tools.length > 0 && toolChoice !== 'none'
      ? Math.max(idleTimeoutMs, firstTokenTimeoutMs)
      : idleTimeoutMs;
  }

  private fellSilent(): void {
    const { call } = this;
    const message = this.started
      ? 'The model server fell silent in the middle of its answer.'
      : 'The model server gave no token in time.';
    this.failed({ code: 'upstream_timeout', message });
    call?.abort();
  }

  private leave(status: 'finished' | 'failed' | 'cancelled', verdict: CallVerdict): void {
    clearTimeout(this.watchdog);
    this.running = false;
    this.call = undefined;
    const { gate, model } = this.target!;
    gate.leave(this.pass, verdict);
    this.context.events.emit('backend-attempt-ended', {
      backend: gate.backend.name,
      backendKind: gate.backend.kind,
      model,
      endpoint: this.request.input.kind === 'chat' ? 'chat' : 'generate',
      status,
      durationMs: performance.now() - this.attemptStartedAt,
    });
  }
}
