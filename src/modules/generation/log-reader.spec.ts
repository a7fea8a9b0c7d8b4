import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CopilotProfile } from '../agents/profiles/copilot.profile.js';
import { GenericProfile } from '../agents/profiles/generic.profile.js';
import { GuiProfile } from '../agents/profiles/gui.profile.js';
import { SmoothProfile } from '../agents/profiles/smooth.profile.js';
import { VoiceProfile } from '../agents/profiles/voice.profile.js';
import { LogReader } from './log-reader.js';
import { callTool, follow, say, sayFor, sayScored, think, turn } from './testing/followed-generation.js';

const FINISHED = { status: 'finished', finishReasons: ['stop'] } as const;
const FAILED = { status: 'failed', failure: { code: 'upstream_error', message: 'no' } } as const;
const CANCELLED = { status: 'cancelled', reason: 'timeout' } as const;

beforeEach(() => void vi.useFakeTimers());
describe(LogReader.name, () => {
  describe('writing', () => {
    it('opens the stream together with the first event, and never again', () => {
      const { generation, sink } = follow(new VoiceProfile());
      turn();
      expect(sink.writes).toEqual([]);
      say(generation, 'a');
      turn();
      say(generation, 'b');
      turn();
      expect(sink.writes).toEqual([[['open'], ['text', 0, 'a']], [['text', 0, 'b']]]);
    });

    it('makes one write of all that came in a turn', () => {
      const { generation, sink } = follow(new VoiceProfile());
      say(generation, 'a', 'b', 'c');
      turn();
      expect(sink.writes).toEqual([[['open'], ['text', 0, 'a'], ['text', 0, 'b'], ['text', 0, 'c']]]);
    });

    it('begins where it is told to, at once', () => {
      const before = (generation: Parameters<typeof say>[0]) => say(generation, ...'abcdef');
      const { sink } = follow(new GuiProfile(), { position: 4, before });
      turn();
      expect(sink.said).toEqual([['open'], ['text', 0, 'ef']]);
    });
  });

  describe('text with what its tokens scored', () => {
    const sayAll = (saysScores: boolean) => {
      const { generation, sink } = follow(new GuiProfile(), { saysScores, settings: { chunkSize: 2 } });
      for (const [at, piece] of ['a', 'b', 'c', 'd', 'e'].entries()) sayScored(generation, piece, String(at));
      think(generation, 'hm');
      turn();
      return sink.said.slice(1);
    };

    it('goes out at once, no more in a frame than there may be', () => {
      expect(sayAll(true)).toEqual([
        ['scored', 0, 'ab', '0,1'],
        ['scored', 0, 'cd', '2,3'],
        ['scored', 0, 'e', '4'],
        ['reasoning', 0, 'hm'],
      ]);
    });

    it('is text for a writer that has no word for it', () => {
      expect(sayAll(false).slice(0, 3)).toEqual([
        ['text', 0, 'ab'],
        ['text', 0, 'cd'],
        ['text', 0, 'e'],
      ]);
    });
  });

  describe('saying each piece by itself', () => {
    it('says it at once and once, also when the text it is part of waits', () => {
      const { generation, sink } = follow(new GuiProfile(), { saysPieces: true });
      say(generation, 'One');
      turn();
      say(generation, ' t', 'w');
      turn();
      think(generation, 'hm');
      say(generation, 'o');
      generation.answerFinished(0, 'stop', {});
      generation.release();
      turn();
      expect(sink.writes).toEqual([
        [['open'], ['piece', 0, 'One'], ['text', 0, 'One']],
        [
          ['piece', 0, ' t'],
          ['piece', 0, 'w'],
        ],
      ]);
      expect(sink.ends).toEqual([
        [
          ['text', 0, ' tw'],
          ['reasoning', 0, 'hm'],
          ['piece', 0, 'o'],
          ['text', 0, 'o'],
          ['finished', 'stop'],
        ],
      ]);
    });

    it('begins with the first piece it was told to read', () => {
      const before = (generation: Parameters<typeof say>[0]) => say(generation, ...'abc');
      const { sink } = follow(new GuiProfile(), { position: 2, before, saysPieces: true });
      turn();
      expect(sink.said).toEqual([['open'], ['piece', 0, 'c'], ['text', 0, 'c']]);
    });
  });

  describe('waiting', () => {
    it('never holds the first piece', () => {
      for (const Profile of [CopilotProfile, GuiProfile, SmoothProfile]) {
        const { generation, sink } = follow(new Profile());
        say(generation, '  ');
        turn();
        expect(sink.text).toBe('  ');
      }
    });

    it('gives what is held when the deadline of its first piece has passed', () => {
      const { generation, sink } = follow(new GuiProfile());
      say(generation, 'a');
      turn();
      for (const piece of [' b', ' c', ' d']) {
        say(generation, piece);
        vi.advanceTimersByTime(80);
      }
      expect(sink.text).toBe('a');
      vi.advanceTimersByTime(11);
      expect(sink.text).toBe('a b c d');
    });

    it('waits anew for each frame', () => {
      const { generation, sink } = follow(new GuiProfile());
      say(generation, 'a');
      turn();
      say(generation, 'b');
      vi.advanceTimersByTime(251);
      expect(sink.text).toBe('ab');
      say(generation, 'c');
      vi.advanceTimersByTime(200);
      expect(sink.text).toBe('ab');
      vi.advanceTimersByTime(51);
      expect(sink.text).toBe('abc');
    });

    it('gives at a deadline the good part, and what is left one deadline later', () => {
      const { generation, sink } = follow(new CopilotProfile());
      say(generation, 'a');
      turn();
      say(generation, ';', '\n', '  ');
      vi.advanceTimersByTime(101);
      expect(sink.text).toBe('a;\n');
      vi.advanceTimersByTime(98);
      expect(sink.text).toBe('a;\n');
      vi.advanceTimersByTime(3);
      expect(sink.text).toBe('a;\n  ');
    });

    it('gives what was held for a bad border as soon as the border is good', () => {
      const { generation, sink } = follow(new GuiProfile());
      say(generation, 'a');
      turn();
      say(generation, '👩');
      vi.advanceTimersByTime(260);
      expect(sink.text).toBe('a');
      say(generation, '\u200d', '👩', '!');
      turn();
      expect(sink.said.at(-1)).toEqual(['text', 0, '👩\u200d👩!']);
    });

    it('gives what is held when something else follows', () => {
      const { generation, sink } = follow(new SmoothProfile());
      say(generation, 'a');
      turn();
      say(generation, 'b');
      turn();
      expect(sink.text).toBe('a');
      callTool(generation, 0, '{}');
      turn();
      expect(sink.said.slice(2)).toEqual([
        ['text', 0, 'b'],
        ['tool-call', 0, { index: 0, arguments: '{}' }],
      ]);
    });

    it('does not wait at all without a flush deadline', () => {
      const { generation, sink } = follow(new GuiProfile(), { settings: { flushMs: 0 } });
      say(generation, 'a');
      turn();
      say(generation, '👩');
      turn();
      expect(sink.text).toBe('a👩');
    });

    it('gives the rest when the generation has ended, before its end is released', () => {
      const { generation, sink } = follow(new SmoothProfile());
      say(generation, 'a', 'b');
      turn();
      say(generation, 'c', '👩');
      generation.answerFinished(0, 'stop', {});
      turn();
      expect(sink.text).toBe('abc👩');
      expect(sink.ends).toEqual([]);
    });
  });

  describe('what is not text of the first answer', () => {
    it('comes in order, equal neighbours in one frame', () => {
      const { generation, sink } = follow(new GuiProfile());
      for (const piece of ['so', ' it', ' is']) think(generation, piece);
      callTool(generation, 0, '{"a"');
      callTool(generation, 0, ':1}');
      say(generation, 'x', 'y');
      sayFor(generation, 1, 'p');
      sayFor(generation, 1, 'q');
      sayFor(generation, 2, 'r');
      say(generation, 'z');
      turn();
      expect(sink.said).toEqual([
        ['open'],
        ['reasoning', 0, 'so it is'],
        ['tool-call', 0, { index: 0, arguments: '{"a"' }],
        ['tool-call', 0, { index: 0, arguments: ':1}' }],
        ['text', 0, 'xy'],
        ['text', 1, 'pq'],
        ['text', 2, 'r'],
        ['text', 0, 'z'],
      ]);
    });

    it('keeps to the size of frames', () => {
      const { generation, sink } = follow(new VoiceProfile());
      for (const piece of ['a', 'b']) think(generation, piece);
      for (const piece of ['c', 'd']) sayFor(generation, 1, piece);
      turn();
      expect(sink.said.slice(1).map(([, , text]) => text)).toEqual([...'abcd']);
    });

    it('does not disturb the text behind it, nor hold it', () => {
      for (const Profile of [CopilotProfile, GuiProfile]) {
        const { generation, sink } = follow(new Profile());
        think(generation, 'ü\u0301');
        callTool(generation, 0, '{}');
        turn();
        for (const piece of ['🇩', '🇪', '🇫', '🇷', ' ', '  ']) {
          say(generation, piece);
          turn();
        }
        expect(sink.said[3]).toEqual(['text', 0, '🇩']);
        vi.advanceTimersByTime(1000);
        expect(sink.text).toBe('🇩🇪🇫🇷   ');
      }
    });
  });

  describe('ending', () => {
    it.each([
      [FINISHED, ['finished', 'stop']],
      [FAILED, ['failed', 'upstream_error']],
      [CANCELLED, ['cancelled', 'timeout']],
    ])('says the end once, together with the rest: %j', (outcome, end) => {
      const { generation, sink } = follow(new GenericProfile());
      say(generation, 'a');
      turn();
      say(generation, 'b');
      generation.release(outcome);
      turn();
      turn();
      say(generation, 'c');
      turn();
      expect(sink.writes).toEqual([[['open'], ['text', 0, 'a']]]);
      expect(sink.ends).toEqual([[['text', 0, 'b'], end]]);
      expect(sink.refusals).toEqual([]);
    });

    it('finishes an answer in which nothing was said', () => {
      const { generation, sink } = follow(new GuiProfile());
      generation.release(FINISHED);
      turn();
      expect(sink.ends).toEqual([[['open'], ['finished', 'stop']]]);
    });

    it.each([
      [FAILED, 'upstream_error'],
      [CANCELLED, 'timeout'],
    ])('refuses when nothing was said and the status has not gone out: %j', (outcome, code) => {
      const { generation, sink } = follow(new GuiProfile());
      generation.release(outcome);
      turn();
      expect(sink.refusals).toMatchObject([{ code }]);
      expect(sink.said).toEqual([]);
    });

    it('says an error when nothing was said but the status has gone out', () => {
      const { generation, sink } = follow(new GuiProfile());
      sink.committed = true;
      generation.release(FAILED);
      turn();
      expect(sink.refusals).toEqual([]);
      expect(sink.ends).toEqual([[['open'], ['failed', 'upstream_error']]]);
    });

    it('says nothing more when it is closed', () => {
      const { generation, reader, sink } = follow(new GuiProfile());
      say(generation, 'a');
      turn();
      say(generation, 'b');
      turn();
      reader.close();
      generation.release(FINISHED);
      vi.advanceTimersByTime(1000);
      expect(sink.said).toEqual([['open'], ['text', 0, 'a']]);
    });
  });
});
