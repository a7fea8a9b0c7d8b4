import { beforeEach, describe, expect, it, vi } from 'vitest';
import { SeededRandom } from '../../../test/support/seeded-random.js';
import { mixedText, splitText, TEXTS, type TextName } from '../../../test/support/text-pieces.js';
import { CopilotProfile } from '../agents/profiles/copilot.profile.js';
import { GenericProfile } from '../agents/profiles/generic.profile.js';
import { GuiProfile } from '../agents/profiles/gui.profile.js';
import { PROFILES } from '../agents/profiles/profiles.js';
import { SmoothProfile } from '../agents/profiles/smooth.profile.js';
import { VoiceProfile } from '../agents/profiles/voice.profile.js';
import { LogReader } from './log-reader.js';
import { fromWireText } from '../../contracts/wire-text.js';
import type { AnswerRecord } from '../../contracts/journal.js';
import { answersOf } from './log/answers.js';
import { callTool, follow, say, sayFor, think, turn } from './testing/followed-generation.js';

const FINISHED = { status: 'finished', finishReasons: ['stop'] } as const;
const NAMES = Object.keys(TEXTS) as TextName[];

beforeEach(() => void vi.useFakeTimers());
describe(LogReader.name, () => {
  describe('with a full sink', () => {
    it('stops after the write that filled it, and goes on where it was', () => {
      const { generation, reader, sink } = follow(new GenericProfile());
      sink.isFull = true;
      say(generation, 'a');
      turn();
      expect(reader.blocked).toBe(true);
      say(generation, 'b', 'c');
      vi.advanceTimersByTime(1000);
      expect(sink.text).toBe('a');
      sink.isFull = false;
      reader.onDrain();
      turn();
      expect(reader.blocked).toBe(false);
      expect(sink.text).toBe('abc');
    });

    it('says the end only when there is room, and then once', () => {
      const { generation, reader, sink } = follow(new GuiProfile());
      sink.isFull = true;
      say(generation, 'a');
      turn();
      say(generation, 'b');
      generation.release(FINISHED);
      vi.advanceTimersByTime(1000);
      expect(sink.ends).toEqual([]);
      reader.onDrain();
      reader.onDrain();
      vi.advanceTimersByTime(1000);
      expect(sink.ends).toEqual([
        [
          ['text', 0, 'b'],
          ['finished', 'stop'],
        ],
      ]);
    });

    it('has a deadline that passed meanwhile count when there is room again', () => {
      const { generation, reader, sink } = follow(new GuiProfile());
      say(generation, 'a');
      turn();
      say(generation, 'b');
      turn();
      sink.isFull = true;
      say(generation, ...' c d e f g h'.split(/(?= )/), ...'ijkl');
      turn();
      const given = sink.text.length;
      say(generation, 'x');
      vi.advanceTimersByTime(1000);
      expect(sink.text).toHaveLength(given);
      reader.onDrain();
      vi.advanceTimersByTime(251);
      expect(sink.text).toBe('ab c d e f g hijklx');
    });
  });

  describe('that is far behind', () => {
    const pieces = Array.from({ length: 5000 }, (_, i) => `${i} `);

    it('takes no more than 1024 entries a turn', () => {
      const { generation, sink } = follow(new VoiceProfile(), { before: (log) => say(log, ...pieces) });
      for (let turns = 1; turns <= 5; turns++) {
        vi.advanceTimersToNextTimer();
        expect(sink.writes).toHaveLength(turns);
      }
      expect(sink.writes.map(({ length }) => length)).toEqual([1 + 1024, 1024, 1024, 1024, 904]);
      expect(sink.text).toBe(pieces.join(''));
      expect(generation.awake).toBe(false);
    });

    it('does not take the end of its turn for the end of the text', () => {
      const flags = [...TEXTS.flags.replace(/[^\u{1f1e6}-\u{1f1ff}]/gu, '').repeat(130)];
      const { sink } = follow(new GuiProfile(), { before: (log) => say(log, '-', ...flags) });
      vi.advanceTimersByTime(1000);
      expect(sink.text).toBe(['-', ...flags].join(''));
      for (const [, , text] of sink.said.slice(1))
        expect([...(text as string).replace('-', '')].length % 2).toBe(0);
    });

    it('finds the text between other entries', () => {
      const { sink } = follow(new GenericProfile(), {
        settings: { chunkSize: 100 },
        before: (log) => {
          for (let i = 0; i < 3000; i++) {
            if (i % 500 === 0) callTool(log, i / 500, '');
            say(log, 'a');
          }
        },
      });
      vi.advanceTimersByTime(1000);
      expect(sink.text).toHaveLength(3000);
      const calls = sink.said.flatMap(([what], index) => (what === 'tool-call' ? [index] : []));
      expect(calls).toHaveLength(6);
      expect(sink.said.slice(calls[0]! + 1, calls[1]).map(([, , text]) => (text as string).length)).toEqual(
        Array.from({ length: 5 }, () => 100),
      );
    });
  });

  const words = [' wo', 'r', 'd,', '9'];
  const halves = ['👩', '\u200d', '🇩', '\u0301', '\r', '\ud83d', '\n', '  ', '`', 'x'];

  it.each(
    [CopilotProfile, GuiProfile, SmoothProfile].flatMap((Profile) => [
      [Profile.name, 'one deadline where borders are good', Profile, 1, words] as const,
      [Profile.name, 'two deadlines, whatever it is', Profile, 2, halves] as const,
    ]),
  )('keeps with %s no piece longer than %s', (_name, _bound, Profile, deadlines, alphabet) => {
    for (let seed = 0; seed < 40; seed++) {
      const random = new SeededRandom(seed);
      const profile = new Profile();
      const { generation, reader } = follow(profile);
      const cameAt: number[] = [];
      for (let step = 0; step < 300; step++) {
        if (random.chance(0.4)) {
          const pieces = Array.from({ length: 1 + random.below(4) }, () => random.pick(alphabet));
          say(generation, ...pieces);
          cameAt.push(...pieces.map(() => performance.now()));
        }
        vi.advanceTimersByTime(random.pick([0, 1, 5, 30, 90]));
        // Timers are a millisecond or two late, each.
        const mustBeGone = performance.now() - deadlines * (profile.defaults.flushMs + 2);
        expect(reader.position).toBeGreaterThanOrEqual(cameAt.filter((at) => at <= mustBeGone).length);
      }
    }
  });

  it.each(PROFILES.map((Profile) => [Profile.name, Profile] as const))(
    'loses, adds and reorders nothing, whatever happens: %s',
    (_name, Profile) => {
      for (let seed = 0; seed < 40; seed++) {
        const random = new SeededRandom(seed);
        const { generation, reader, sink } = follow(new Profile());
        const isPlain = random.chance(0.3);
        const pieces = splitText(mixedText(random, NAMES, 6), random, 3, seed % 3 === 0);
        for (const piece of pieces) {
          const kind = isPlain ? 0 : random.below(12);
          if (kind === 1) think(generation, piece, random.below(2));
          else if (kind === 2) sayFor(generation, 1 + random.below(2), piece);
          else if (kind === 3) callTool(generation, random.below(2), piece);
          else say(generation, piece);
          if (random.chance(0.2)) turn();
          if (random.chance(0.05)) vi.advanceTimersByTime(random.below(300));
          sink.isFull = random.chance(0.05);
          if (random.chance(0.3)) reader.onDrain();
        }
        generation.release(FINISHED);
        for (let left = 0; left < 5; left++) {
          reader.onDrain();
          vi.advanceTimersByTime(1000);
        }
        expect(sink.ends).toHaveLength(1);
        expect(saidBy(sink.said)).toEqual(answersOf(generation.log, 3).map(decoded));
      }
    },
  );
});

const decoded = ({ text, reasoning, ...rest }: AnswerRecord) => ({
  text: fromWireText(text),
  ...(reasoning === undefined ? {} : { reasoning: fromWireText(reasoning) }),
  ...rest,
});

/** What a client puts together from the events it gets. */
function saidBy(said: readonly (readonly [string, ...unknown[]])[]) {
  return [0, 1, 2].map((choice) => {
    const mine = said.filter(([, of]) => of === choice);
    const joined = (what: string) =>
      mine
        .filter(([kind]) => kind === what)
        .map(([, , text]) => text)
        .join('');
    const calls = new Map<number, string>();
    for (const [what, , delta] of mine) {
      const { index, arguments: piece } = delta as { index: number; arguments: string };
      if (what === 'tool-call') calls.set(index, (calls.get(index) ?? '') + piece);
    }
    const reasoning = joined('reasoning');
    return {
      text: joined('text'),
      ...(reasoning === '' ? {} : { reasoning }),
      ...(calls.size === 0
        ? {}
        : { toolCalls: [...calls.values()].map((all) => ({ id: '', name: '', arguments: all })) }),
    };
  });
}
