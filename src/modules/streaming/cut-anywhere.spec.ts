import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { DialectOptions, StreamDialect } from '../../contracts/stream-dialect.js';
import { toWireText } from '../../contracts/wire-text.js';
import { EnvelopeDialect } from '../agents/dialects/envelope.dialect.js';
import { EventsDialect } from '../agents/dialects/events.dialect.js';
import { FramesDialect } from '../agents/dialects/frames.dialect.js';
import { OpenAiChatDialect } from '../agents/dialects/openai-chat.dialect.js';
import { OpenAiCompletionDialect } from '../agents/dialects/openai-completion.dialect.js';
import { UiMessageDialect } from '../agents/dialects/ui-message.dialect.js';
import { GenericProfile } from '../agents/profiles/generic.profile.js';
import { LogCopy, LogReader } from '../generation/index.js';
import { reasoningEntry, textEntry, toolCallEntry } from '../generation/log/entry.js';
import { dialectOptions } from './dialect-options.js';
import { withEventIds } from './event-ids.js';
import { readEvent, understand } from './testing/understand.js';

const ID = 'chatcmpl-1';
const DIALECTS: readonly StreamDialect[] = [
  new OpenAiChatDialect(),
  new OpenAiCompletionDialect(),
  new FramesDialect(),
  new EventsDialect(),
  new EnvelopeDialect(),
  new UiMessageDialect(),
];
const say = (text: string, choice: number) => textEntry(toWireText(text), choice);
const think = (text: string, choice: number) => reasoningEntry(toWireText(text), choice);
const ENTRIES = {
  'one answer': [
    think('h', 0),
    think('mé', 0),
    say('He said "', 0),
    say('é👋', 0),
    toolCallEntry({ index: 0, id: 'call_a', name: 'look', arguments: '' }, 0),
    toolCallEntry({ index: 0, arguments: '{"q":' }, 0),
    toolCallEntry({ index: 0, arguments: '"é"}' }, 0),
    toolCallEntry({ index: 1, id: 'call_b', name: 'now', arguments: '{' }, 0),
    toolCallEntry({ index: 1, arguments: '}' }, 0),
    say(' and', 0),
    say(' left', 0),
  ],
  'two answers': [
    say('a', 0),
    say('x', 1),
    think('hm', 1),
    say('y', 1),
    toolCallEntry({ index: 0, id: 'call_c', name: 'look', arguments: '{"q"' }, 1),
    say('b', 0),
    toolCallEntry({ index: 0, id: 'call_d', name: 'now', arguments: '{}' }, 0),
    toolCallEntry({ index: 0, arguments: ':1}' }, 1),
    say('z', 1),
    say('c', 0),
  ],
};

beforeEach(() => void vi.useFakeTimers());

describe('a stream that was cut', () => {
  describe.each(Object.entries(ENTRIES))('of %s', (name, entries) => {
    const choices = name === 'one answer' ? 1 : 2;
    const read = (dialect: StreamDialect, position: number, chosen: Partial<DialectOptions> = {}) =>
      streamOf(dialect, { entries, choices, position, chosen });

    it.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))(
      'in the dialect %s goes on, byte for byte, after whichever event',
      (_name, dialect) => {
        const chosen = { includeUsage: true, tokenEvents: false };
        const whole = read(dialect, 0, chosen);
        const expected = understand(dialect.name, whole);
        expect(expected.isWhole).toBe(true);
        for (let events = 0; events <= whole.length; events++) {
          const had = whole.slice(0, events);
          const place = had.flatMap((event) => readEvent(event).id ?? []).at(-1);
          const rest = read(dialect, place === undefined ? 0 : seqOf(place) + 1, chosen);
          expect([events, understand(dialect.name, [...had, ...rest])]).toEqual([events, expected]);
        }
      },
    );

    it.each(DIALECTS.map((dialect) => [dialect.name, dialect] as const))(
      'in the dialect %s has no ids but those to come back by',
      (_name, dialect) => {
        const ids = read(dialect, 0).flatMap((event) => readEvent(event).id ?? []);
        expect(ids.at(-1)).toBe(`${ID}:${entries.length}`);
        for (const id of ids) expect(id).toMatch(/^chatcmpl-1:\d+$/);
      },
    );
  });
});

const seqOf = (place: string): number => Number(place.slice(ID.length + 1));

interface Cut {
  readonly entries: readonly string[];
  readonly choices: number;
  readonly position: number;
  readonly chosen: Partial<DialectOptions>;
}

/** The events that a client is sent from this position on. */
function streamOf(dialect: StreamDialect, { entries, choices, position, chosen }: Cut): string[] {
  const head = { id: ID, created: 1, model: 'phi3', agent: undefined, choices, maxTokens: 20 };
  const source = new LogCopy(head, 'ollama');
  source.append(entries.join('\n'));
  const finishReasons = Array.from({ length: choices }, () => 'stop' as const);
  source.finish({ outcome: { status: 'finished', finishReasons }, usage: {}, durationMs: 1 });
  const writer = withEventIds(
    dialect.writer(head, dialectOptions(source, { ...chosen, position })),
    source.id,
  );
  let frames = '';
  const take = (more: string) => ((frames += more), true);
  const sink = { committed: true, write: take, end: take, refuse: () => undefined };
  const profile = new GenericProfile();
  new LogReader(source, profile, profile.defaults, writer, sink, position).pump();
  return frames.split('\n\n').slice(0, -1);
}
