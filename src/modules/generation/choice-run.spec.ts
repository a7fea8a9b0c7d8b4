import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EventBus, type BackendAttemptEnded } from '../../contracts/business-events.js';
import type { Failure, FailureCode } from '../../contracts/failure.js';
import type { Outcome } from '../../contracts/generation-outcome.js';
import type { GenerationRequest } from '../../contracts/generation-request.js';
import type { AnswerSink } from '../../contracts/model-backend.js';
import { ANONYMOUS } from '../../contracts/principal.js';
import { RetryBudget } from '../models/index.js';
import { BEGIN } from './testing/begin-record.js';
import { ChoiceRun } from './choice-run.js';
import { Generation } from './generation.js';
import { SpokenBackend } from './testing/spoken-backend.js';
import { TokenMeter } from './token-meter.js';

const TIMEOUTS = {
  keptConnections: 1,
  via: '1.1 test',
  connectTimeoutMs: 0,
  firstTokenTimeoutMs: 60_000,
  idleTimeoutMs: 30_000,
};
const CLOCK = { now: () => 0 };
const HEAD = { id: 'chatcmpl-1', created: 0, model: 'phi3', agent: undefined, choices: 1 };
const REQUEST = { choice: 0, input: { kind: 'chat', messages: [] } } as unknown as GenerationRequest;

describe(ChoiceRun.name, () => {
  let first: SpokenBackend;
  let second: SpokenBackend;
  let retries: RetryBudget;
  let request: GenerationRequest;
  let outcome: Outcome | undefined;
  let attempts: BackendAttemptEnded[];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    first = new SpokenBackend('first');
    second = new SpokenBackend('second');
    retries = new RetryBudget(CLOCK);
    request = REQUEST;
    outcome = undefined;
    attempts = [];
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  function start(...backends: SpokenBackend[]): { run: ChoiceRun; generation: Generation } {
    return startWith(undefined, ...backends);
  }
  function startWith(meter: TokenMeter | undefined, ...backends: SpokenBackend[]) {
    const events = new EventBus();
    events.on('backend-attempt-ended', (event) => attempts.push(event));
    const generation = new Generation(HEAD, ANONYMOUS, BEGIN, (_ended, how) => (outcome = how));
    const targets = backends.map(({ gate, name }) => ({ gate, model: `${name}-model` }));
    const plan = { requestedModel: 'phi3', targets };
    const run = new ChoiceRun(generation, request, { plan, timeouts: TIMEOUTS, retries, events, meter });
    generation.run([run], 600_000);
    run.start();
    return { run, generation };
  }
  const failed = (code: FailureCode) => ({ status: 'failed', failure: expect.objectContaining({ code }) });
  /** Whether a call may still come to this gate, which lets one through at a time. */
  const isFree = ({ gate }: SpokenBackend) => typeof gate.enter() === 'number';

  describe('an allowance', () => {
    it('ends the answer before the piece that is more than it, as one that is too long', () => {
      const { generation } = startWith(new TokenMeter(2), first);
      for (const piece of ['one', ' two', ' three', ' four']) first.last.sink.text(piece);
      expect(outcome).toEqual({ status: 'finished', finishReasons: ['length'] });
      expect(generation.log.text()).toBe('one two');
      expect(generation.usage).toMatchObject({ completionTokens: 2, estimated: true });
      expect([first.last.state, isFree(first)]).toEqual(['aborted', true]);
      first.last.sink.finished('stop', {});
      expect(outcome).toEqual({ status: 'finished', finishReasons: ['length'] });
    });

    it('is used by reasoning and tool calls as well', () => {
      const { generation } = startWith(new TokenMeter(2), first);
      const { sink } = first.last;
      sink.reasoning('one');
      sink.toolCall({ index: 0, id: 'call_1', name: 'f', arguments: '{}' });
      sink.toolCall({ index: 0, arguments: 'x' });
      expect([outcome?.status, generation.log.count]).toEqual(['finished', 2]);
    });

    it('stops a backend that answers at once', () => {
      const call = { abort: vi.fn(), pause: vi.fn(), resume: vi.fn() };
      vi.spyOn(first, 'generate').mockImplementation((_request, sink) => {
        sink.text('one');
        sink.text(' two');
        return call as never;
      });
      startWith(new TokenMeter(1), first);
      expect(outcome).toEqual({ status: 'finished', finishReasons: ['length'] });
      expect(call.abort).toHaveBeenCalledTimes(1);
    });
  });

  describe('targets', () => {
    it.each<FailureCode>([
      'upstream_unavailable',
      'upstream_error',
      'rate_limit_exceeded',
      'model_not_found',
    ])('go on to the next one before the first token: %s', (code) => {
      const { run } = start(first, second);
      first.last.fail(code);
      expect(second.calls.map(({ model }) => model)).toEqual(['second-model']);
      second.last.sink.finished('stop', {});
      expect([outcome, run.attempts, run.origin?.backend]).toEqual([
        { status: 'finished', finishReasons: ['stop'] },
        2,
        'second',
      ]);
      expect(attempts.map(({ backend, status }) => [backend, status])).toEqual([
        ['first', 'failed'],
        ['second', 'finished'],
      ]);
    });

    it.each<[string, (sink: AnswerSink) => void]>([
      ['text', (sink) => sink.text('one')],
      ['reasoning', (sink) => sink.reasoning('one')],
      ['a tool call', (sink) => sink.toolCall({ index: 0, id: 'call_1', name: 'f', arguments: '' })],
    ])('stay as they are after %s', (_what, say) => {
      start(first, second);
      say(first.last.sink);
      first.last.fail('upstream_unavailable');
      vi.advanceTimersByTime(10_000);
      expect([outcome, first.calls.length, second.calls.length]).toEqual([
        failed('upstream_unavailable'),
        1,
        0,
      ]);
    });

    it('are not asked for what is wrong with the request itself', () => {
      start(first, second);
      first.last.fail('invalid_request');
      expect([outcome, second.calls.length]).toEqual([failed('invalid_request'), 0]);
    });

    it('are asked for what is too long for the first one', () => {
      start(first, second);
      first.last.fail('context_length_exceeded');
      second.last.sink.finished('stop', {});
      expect(outcome?.status).toBe('finished');
    });

    it('that let nobody in are passed by', () => {
      first = new SpokenBackend('first', 0);
      const { run } = start(first, second);
      second.last.sink.finished('stop', {});
      expect([outcome?.status, run.attempts]).toEqual(['finished', 1]);
    });

    it('are three at most', () => {
      const more = [new SpokenBackend('third'), new SpokenBackend('fourth')];
      start(first, second, ...more);
      for (const backend of [first, second, more[0]!]) backend.last.fail('upstream_error');
      expect([outcome, more[1]!.calls.length]).toEqual([failed('upstream_error'), 0]);
    });
  });

  describe('retries', () => {
    it.each<FailureCode>(['upstream_unavailable', 'server_busy'])('ask three times in all: %s', (code) => {
      vi.spyOn(Math, 'random').mockReturnValue(0.999);
      start(first);
      for (const [index, waitMs] of [100, 200].entries()) {
        first.last.fail(code);
        vi.advanceTimersByTime(waitMs - 2);
        expect(first.calls.length).toBe(index + 1);
        vi.advanceTimersByTime(2);
      }
      first.last.fail(code);
      vi.advanceTimersByTime(10_000);
      expect([outcome, first.calls.length]).toEqual([failed(code), 3]);
    });

    it.each<[FailureCode, Partial<Failure>]>([
      ['upstream_error', {}],
      ['upstream_timeout', {}],
      ['server_busy', { retryAfterS: 1 }],
    ])('are not made for %s %o', (code, more) => {
      start(first);
      first.last.fail(code, more);
      vi.advanceTimersByTime(10_000);
      expect([outcome, first.calls.length]).toEqual([failed(code), 1]);
    });

    it('are not made beyond the budget', () => {
      while (retries.spend());
      start(first);
      first.last.fail('upstream_unavailable');
      vi.advanceTimersByTime(10_000);
      expect([outcome, first.calls.length]).toEqual([failed('upstream_unavailable'), 1]);
    });

    it('are not made for an answer that was stopped', () => {
      const { generation } = start(first);
      first.last.fail('upstream_unavailable');
      generation.cancel('client_gone');
      vi.advanceTimersByTime(10_000);
      expect([outcome, first.calls.length]).toEqual([{ status: 'cancelled', reason: 'client_gone' }, 1]);
    });
  });

  describe('watchdog', () => {
    it('ends a call that gives no first token', () => {
      start(first);
      vi.advanceTimersByTime(TIMEOUTS.firstTokenTimeoutMs - 1);
      expect(outcome).toBeUndefined();
      vi.advanceTimersByTime(1);
      expect([outcome, first.last.state]).toEqual([failed('upstream_timeout'), 'aborted']);
    });

    it('ends a call that falls silent, counted from its last sign of life', () => {
      const { run } = start(first);
      first.last.sink.text('one');
      vi.advanceTimersByTime(TIMEOUTS.idleTimeoutMs - 1);
      first.last.sink.text(' two');
      run.touch();
      vi.advanceTimersByTime(TIMEOUTS.idleTimeoutMs - 1);
      expect(outcome).toBeUndefined();
      vi.advanceTimersByTime(1);
      expect([outcome, first.last.state]).toEqual([failed('upstream_timeout'), 'aborted']);
    });

    it.each([
      ['are offered', { tools: [{ name: 'write' }] }, TIMEOUTS.firstTokenTimeoutMs],
      ['are not to be called', { tools: [{ name: 'write' }], toolChoice: 'none' }, TIMEOUTS.idleTimeoutMs],
      ['are none', { tools: [] }, TIMEOUTS.idleTimeoutMs],
    ] as const)(
      'gives a call that may be whole when it is told its time: tools %s',
      (_which, more, timeMs) => {
        request = { ...REQUEST, ...more };
        start(first);
        first.last.sink.text('I write that down.');
        vi.advanceTimersByTime(timeMs - 1);
        expect(outcome).toBeUndefined();
        vi.advanceTimersByTime(1);
        expect(outcome).toEqual(failed('upstream_timeout'));
      },
    );

    it('is not calmed by what another answer of the same generation says', () => {
      const { run } = start(first);
      vi.advanceTimersByTime(TIMEOUTS.firstTokenTimeoutMs - 1);
      run.touch();
      vi.advanceTimersByTime(1);
      expect(outcome).toEqual(failed('upstream_timeout'));
    });

    it('does not take for silence what we hold back ourselves', () => {
      const { run } = start(first);
      first.last.sink.text('one');
      run.pause();
      run.touch();
      vi.advanceTimersByTime(TIMEOUTS.idleTimeoutMs * 3);
      expect([outcome, first.last.paused]).toEqual([undefined, true]);
      run.resume();
      vi.advanceTimersByTime(TIMEOUTS.idleTimeoutMs);
      expect([outcome, first.last.paused]).toEqual([failed('upstream_timeout'), false]);
    });

    it('waits for a first token as long after a pause as before', () => {
      const { run } = start(first);
      run.pause();
      run.resume();
      vi.advanceTimersByTime(TIMEOUTS.firstTokenTimeoutMs - 1);
      expect(outcome).toBeUndefined();
      vi.advanceTimersByTime(1);
      expect(outcome).toEqual(failed('upstream_timeout'));
    });

    it('is not woken by a token that was on its way when the pause began', () => {
      const { run } = start(first);
      run.pause();
      first.last.sink.text('one');
      vi.advanceTimersByTime(TIMEOUTS.idleTimeoutMs * 3);
      expect(outcome).toBeUndefined();
    });
  });

  it('holds back also the call it makes while it is held back itself', () => {
    const { run } = start(first, second);
    run.pause();
    first.last.fail('upstream_error');
    expect(second.last.paused).toBe(true);
    vi.advanceTimersByTime(TIMEOUTS.firstTokenTimeoutMs * 3);
    expect(outcome).toBeUndefined();
    run.resume();
    expect(second.last.paused).toBe(false);
  });

  it.each([
    ['stopped before its first token', (run: ChoiceRun) => run.stop()],
    ['stopped after it', (run: ChoiceRun) => (first.last.sink.text('one'), run.stop())],
    ['finished', () => first.last.sink.finished('stop', {})],
    ['failed', () => first.last.fail('upstream_error')],
  ])('leaves its gate free, once, when it is %s', (_how, end) => {
    first = new SpokenBackend('first', 1);
    const { run } = start(first);
    expect(isFree(first)).toBe(false);
    end(run);
    run.stop();
    first.last.sink.finished('stop', {});
    first.last.fail('upstream_error');
    run.touch();
    run.resume();
    expect([isFree(first), isFree(first)]).toEqual([true, false]);
    expect(attempts).toHaveLength(1);
    // What is left is the deadline of the generation that did not end.
    expect(vi.getTimerCount()).toBe(outcome === undefined ? 1 : 0);
  });

  it('does not count against the breaker when it is stopped', () => {
    for (let i = 0; i < 20; i++) {
      const { run } = start(first);
      if (i % 2 === 0) first.last.sink.text('one');
      run.stop();
      expect([first.last.state, attempts.at(-1)?.status]).toEqual(['aborted', 'cancelled']);
    }
    for (let i = 0; i < 9; i++) {
      start(first);
      first.last.fail('upstream_error');
    }
    expect(first.gate.breaker.state).toBe('closed');
    start(first);
    first.last.fail('upstream_error');
    expect(first.gate.breaker.state).toBe('open');
  });
});
