import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { CancelReason, Outcome } from '../../contracts/generation-outcome.js';
import { ANONYMOUS } from '../../contracts/principal.js';
import { BEGIN } from './testing/begin-record.js';
import type { GenerationReader } from './followed-log.js';
import { Generation, type AnswerRun } from './generation.js';

const HEAD = { id: 'chatcmpl-1', created: 0, model: 'phi3', agent: undefined, choices: 1 };
const BUFFER_SIZE = 3;

/** A reader that takes everything, until its client is said to be full. */
class PlainReader implements GenerationReader {
  position = 0;
  blocked = false;
  readonly bufferSize = BUFFER_SIZE;
  constructor(
    private readonly generation: Generation,
    readonly isObserver = false,
  ) {
    generation.attach(this);
  }
  pump(): void {
    if (!this.blocked) this.position = this.generation.log.count;
  }
  block(): void {
    this.blocked = true;
    this.generation.readerBlocked();
  }
  close(): void {
    if (!this.blocked) return;
    this.blocked = false;
    this.generation.readerUnblocked();
  }
}

describe(Generation.name, () => {
  let generation: Generation;
  let ends: { outcome: Outcome; delivered: number }[];
  let done: string[];

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    ends = [];
    done = [];
    generation = new Generation(HEAD, ANONYMOUS, BEGIN, ({ deliveredPieces }, outcome) =>
      ends.push({ outcome, delivered: deliveredPieces }),
    );
    const note = (what: string) => () => void done.push(what);
    const run: AnswerRun = {
      origin: { backend: 'ollama', model: 'phi3:latest' },
      attempts: 1,
      stop: note('stop'),
      pause: note('pause'),
      resume: note('resume'),
      touch: () => undefined,
    };
    generation.run([run], 600_000);
  });

  function say(pieces: number): void {
    for (let i = 0; i < pieces; i++) generation.append('x');
    generation.pump();
  }
  const cancelled = (reason: CancelReason): Outcome => ({ status: 'cancelled', reason });

  describe('end', () => {
    it('comes once, by whichever way is first, and stops the runs before it is told', () => {
      new PlainReader(generation);
      expect(generation.cancel('cancelled')).toBe(true);
      expect(generation.cancel('timeout')).toBe(false);
      generation.answerFailed({ code: 'upstream_error', message: '' });
      generation.answerFinished(0, 'stop', {});

      expect([ends, done]).toEqual([[{ outcome: cancelled('cancelled'), delivered: 0 }], ['stop']]);
    });

    it('comes with the deadline', () => {
      vi.advanceTimersByTime(599_999);
      expect(generation.ended).toBe(false);
      vi.advanceTimersByTime(1);
      expect(ends.map(({ outcome }) => outcome)).toEqual([cancelled('timeout')]);
    });

    it('leaves no deadline behind', () => {
      generation.cancel('cancelled');
      expect(vi.getTimerCount()).toBe(0);
    });

    it.each<[string, () => void]>([
      ['failed', () => generation.answerFailed({ code: 'upstream_error', message: '' })],
      ['cancelled', () => generation.cancel('cancelled')],
      ['finished', () => generation.answerFinished(0, 'stop', {})],
    ])('counts as delivered what came together with it: %s', (_how, end) => {
      new PlainReader(generation);
      say(2);
      for (let i = 0; i < 3; i++) generation.append('x');
      end();
      expect(ends[0]?.delivered).toBe(5);
    });

    it('counts as delivered what the reader had that got the furthest', () => {
      const [slow, fast] = [new PlainReader(generation), new PlainReader(generation)];
      say(2);
      slow.block();
      say(3);
      fast.block();
      say(4);
      generation.detach(fast, 'client_gone');
      generation.detach(slow, 'client_gone');
      expect(ends).toEqual([{ outcome: cancelled('client_gone'), delivered: 5 }]);
    });
  });

  describe('the time of the gateway', () => {
    /** Says that it is then, from there on. */
    const at = (ms: number) => vi.spyOn(performance, 'now').mockReturnValue(ms);
    afterEach(() => {
      vi.restoreAllMocks();
    });

    it('is what was not spent waiting for the backend to begin, and then to end', () => {
      at(1_010);
      generation.run([], 600_000);
      at(1_500);
      expect(generation.ownMsSince(1_000)).toBe(10);
      say(1);
      at(1_503);
      expect(generation.ownMsSince(1_000)).toBe(13);
      at(2_000);
      generation.answerFinished(0, 'stop', {});
      at(2_005);
      expect(generation.ownMsSince(1_000)).toBe(15);
    });

    it('is not told to who came when it ran already', () => {
      at(1_010);
      generation.run([], 600_000);
      expect(generation.ownMsSince(1_011)).toBeUndefined();
    });
  });

  describe('readers', () => {
    it('hold back the upstream when one is blocked and further behind than it may be', () => {
      const reader = new PlainReader(generation);
      reader.block();
      say(BUFFER_SIZE);
      expect(done).toEqual([]);
      say(1);
      say(1);
      expect(done).toEqual(['pause']);
      reader.close();
      expect(done).toEqual(['pause', 'resume']);
    });

    it('that keep up do not hold it back, however much comes', () => {
      new PlainReader(generation);
      say(1_000);
      expect(done).toEqual([]);
    });

    it('let it go on only when none of them is too far behind', () => {
      const readers = [new PlainReader(generation), new PlainReader(generation)];
      for (const reader of readers) reader.block();
      say(BUFFER_SIZE + 1);
      readers[0]!.close();
      expect(done).toEqual(['pause']);
      generation.detach(readers[1]!, 'slow_client');
      expect(done).toEqual(['pause', 'resume']);
      expect(generation.ended).toBe(false);
    });

    it('do not let it go on for a moment when the last of them leaves', () => {
      const reader = new PlainReader(generation);
      reader.block();
      say(BUFFER_SIZE + 1);
      generation.detach(reader, 'slow_client');
      expect([done, ends]).toEqual([
        ['pause', 'stop'],
        [{ outcome: cancelled('slow_client'), delivered: 0 }],
      ]);
    });

    it('that were never there, or have left, change nothing', () => {
      const reader = new PlainReader(generation);
      new PlainReader(generation);
      generation.detach(reader, 'client_gone');
      generation.detach(reader, 'client_gone');
      expect(generation.ended).toBe(false);
    });

    it('that only look on keep nothing running, hold nothing back, and are not counted', () => {
      const observer = new PlainReader(generation, true);
      const reader = new PlainReader(generation);
      observer.block();
      say(BUFFER_SIZE + 1);
      expect(done).toEqual([]);
      observer.close();
      say(1);
      reader.block();
      say(1);
      generation.detach(reader, 'client_gone');
      expect([done, ends]).toEqual([['stop'], [{ outcome: cancelled('client_gone'), delivered: 5 }]]);
    });

    it('that only look on may leave before somebody reads', () => {
      const observer = new PlainReader(generation, true);
      generation.detach(observer, 'client_gone');
      expect(generation.ended).toBe(false);
    });
  });
});
