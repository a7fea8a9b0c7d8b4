import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';
import type { Parts } from './part.js';
import { Playback } from './playback.js';
import { Random } from './random.js';
import { Tally } from './tally.js';
import { ManualScheduler } from './testing/manual-scheduler.js';
import { RecordingSink } from './testing/recording-sink.js';
import { runSimulator, startSimulator } from './testing/run-simulator.js';
import { toRequest } from './testing/to-request.js';

function* breakAfterOne(): Parts {
  yield { kind: 'text', text: 'one' };
  throw new Error('broken');
}

describe(Playback.name, () => {
  describe('speed', () => {
    it('lets others have a turn every few pieces', () => {
      const { sink, scheduler } = startSimulator('sim/words?tokens=40');
      scheduler.turn();
      expect(sink.texts).toHaveLength(16);
      scheduler.turn();
      expect(sink.texts).toHaveLength(32);
      scheduler.turn();
      expect(sink.reason).toBe('stop');
    });

    it('keeps to the asked pieces per second', () => {
      const { sink, scheduler } = startSimulator('sim/words?tps=20&tokens=100');
      scheduler.pass(0);
      expect(sink.texts).toHaveLength(1);
      scheduler.pass(49);
      expect(sink.texts).toHaveLength(1);
      scheduler.pass(951);
      expect(sink.texts).toHaveLength(21);
    });

    it('varies the gaps by the jitter and not by chance', () => {
      const toTimes = () => {
        const { sink, scheduler } = startSimulator('sim/words?tps=10&jitter=0.5&tokens=30&seed=3');
        const times: number[] = [];
        sink.onPiece = () => times.push(scheduler.now());
        scheduler.pass(60_000);
        return times;
      };
      const times = toTimes();
      const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
      expect(toTimes()).toEqual(times);
      expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
      expect(Math.max(...gaps)).toBeLessThanOrEqual(150);
      expect(Math.max(...gaps) - Math.min(...gaps)).toBeGreaterThan(20);
    });

    it('does not change the text', () => {
      expect(runSimulator('sim/words?tps=50&jitter=1').joined).toBe(runSimulator('sim/words').joined);
    });
  });

  it('fails when its answer cannot be made', () => {
    const scheduler = new ManualScheduler();
    const sink = new RecordingSink();
    const settings = { name: 'words', tps: 0, jitter: 0, thinking: 0, tools: 0 };
    const script = {
      parts: breakAfterOne(),
      faults: {},
      pace: new Pace(settings, new Random(1), scheduler),
      tally: new Tally(toRequest('sim/words'), settings),
    };
    new Playback(script, sink, scheduler);
    scheduler.pass(1);
    expect(sink.lines).toEqual(['text one', 'failed internal']);
    expect(sink.failure?.message).not.toContain('broken');
  });

  describe('abort', () => {
    it('is the last that happens', () => {
      const { sink, scheduler, call } = startSimulator('sim/words?tokens=100');
      sink.onPiece = () => {
        if (sink.texts.length === 5) call.abort();
      };
      scheduler.pass(1000);
      expect(sink.texts).toHaveLength(5);
      expect(sink.ended).toBe(false);
      expect(scheduler.waiting).toBe(0);
    });

    it('before the first piece leaves nothing to be said', () => {
      const { sink, scheduler, call } = startSimulator('sim/words');
      call.abort();
      call.resume();
      scheduler.pass(1000);
      expect(sink.lines).toEqual([]);
    });

    it('ends an endless stall', () => {
      const { sink, scheduler, call } = startSimulator('sim/words?stall=0');
      scheduler.pass(1_000_000);
      call.abort();
      call.pause();
      call.resume();
      scheduler.pass(1_000_000);
      expect(sink.lines).toEqual([]);
    });

    it('after the end does nothing', () => {
      const { scheduler, call, sink } = startSimulator('sim/words?tokens=2');
      scheduler.pass(1);
      call.abort();
      call.pause();
      call.resume();
      scheduler.pass(1);
      expect(sink.lines).toHaveLength(3);
    });
  });

  describe('pause', () => {
    it('takes effect after the piece that caused it, and resume goes on from there', () => {
      const { sink, scheduler, call } = startSimulator('sim/words?tokens=10');
      sink.onPiece = () => {
        if (sink.texts.length === 3) call.pause();
      };
      scheduler.pass(1000);
      expect(sink.texts).toHaveLength(3);
      expect(scheduler.waiting).toBe(0);
      call.resume();
      call.resume();
      expect(sink.texts).toHaveLength(3);
      scheduler.pass(1000);
      expect(sink.joined).toBe(runSimulator('sim/words?tokens=10').joined);
      expect(sink.reason).toBe('stop');
    });

    it('followed by resume within one piece changes nothing', () => {
      const { sink, scheduler, call } = startSimulator('sim/words?tokens=60');
      sink.onPiece = () => {
        call.pause();
        call.resume();
        expect(scheduler.waiting).toBe(1);
      };
      scheduler.pass(1000);
      expect(sink.joined).toBe(runSimulator('sim/words?tokens=60').joined);
      expect(scheduler.waiting).toBe(0);
    });

    it('also holds back the end', () => {
      const { sink, scheduler, call } = startSimulator('sim/words?tokens=3');
      sink.onPiece = () => {
        if (sink.texts.length === 3) call.pause();
      };
      scheduler.pass(1000);
      expect(sink.ended).toBe(false);
      call.resume();
      scheduler.pass(1);
      expect(sink.reason).toBe('stop');
    });

    it('is not made up for by a burst', () => {
      const { sink, scheduler, call } = startSimulator('sim/words?tps=10&tokens=100');
      scheduler.pass(1000);
      call.pause();
      scheduler.pass(5000);
      expect(sink.texts).toHaveLength(11);
      call.resume();
      scheduler.pass(1000);
      expect(sink.texts.length).toBeLessThanOrEqual(22);
    });
  });

  describe('faults', () => {
    it('dies after so many pieces', () => {
      const sink = runSimulator('sim/words?die=37');
      expect(sink.texts).toHaveLength(37);
      expect(sink.failure?.code).toBe('upstream_incomplete');
    });

    it('is not there when it dies before the first piece', () => {
      expect(runSimulator('sim/words?die=0').lines).toEqual(['failed upstream_unavailable']);
    });

    it('dies where the answer would have ended', () => {
      expect(runSimulator('sim/words?tokens=5&die=5').failure?.code).toBe('upstream_incomplete');
    });

    it('ends well when the answer is shorter than its fault', () => {
      expect(runSimulator('sim/words?tokens=5&die=6').reason).toBe('stop');
    });

    it('breaks the protocol after so many pieces', () => {
      const sink = runSimulator('sim/words?malformed=9');
      expect(sink.texts).toHaveLength(9);
      expect(sink.failure?.code).toBe('upstream_protocol_error');
    });

    it('ends without saying its end', () => {
      const sink = runSimulator('sim/words?truncated=12');
      expect(sink.texts).toHaveLength(12);
      expect(sink.failure?.code).toBe('upstream_incomplete');
    });

    it('counts pieces of reasoning, too', () => {
      const sink = runSimulator('sim/words?thinking=3&die=4');
      expect([sink.thoughts.length, sink.texts.length]).toEqual([3, 1]);
    });

    it('stalls for a while and goes on where it was', () => {
      const { sink, scheduler } = startSimulator('sim/words?stall=5:3s&tokens=20&seed=2');
      scheduler.pass(2999);
      expect(sink.texts).toHaveLength(5);
      scheduler.pass(1);
      expect(sink.joined).toBe(runSimulator('sim/words?tokens=20&seed=2').joined);
    });

    it('stalls until somebody gives up', () => {
      const { sink, scheduler, call } = startSimulator('sim/words?stall=5');
      scheduler.pass(1_000_000);
      call.pause();
      call.resume();
      scheduler.pass(1_000_000);
      expect(sink.texts).toHaveLength(5);
      expect(sink.ended).toBe(false);
    });

    it('keeps its pace after a stall', () => {
      const { sink, scheduler } = startSimulator('sim/words?stall=5:3s&tps=10&tokens=100');
      scheduler.pass(3400);
      const before = sink.texts.length;
      scheduler.pass(1000);
      expect(sink.texts.length - before).toBeLessThanOrEqual(11);
    });

    it('can stall and then die', () => {
      const { sink, scheduler } = startSimulator('sim/words?stall=5:500ms&die=5');
      scheduler.pass(499);
      expect(sink.ended).toBe(false);
      scheduler.pass(1);
      expect(sink.failure?.code).toBe('upstream_incomplete');
    });
  });
});
