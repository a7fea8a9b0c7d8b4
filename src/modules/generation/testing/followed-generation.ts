import { vi } from 'vitest';
import { BEGIN } from './begin-record.js';
import type { Failure } from '../../../contracts/failure.js';
import { ANONYMOUS } from '../../../contracts/principal.js';
import type { FrameWriter } from '../../../contracts/stream-dialect.js';
import type { ProfileSettings, StreamingProfile } from '../../../contracts/streaming-profile.js';
import { fromWireText, toWireText } from '../../../contracts/wire-text.js';
import { Generation } from '../generation.js';
import { LogReader, type StreamSink } from '../log-reader.js';
import { reasoningEntry, scoredEntry, textEntry, toolCallEntry } from '../log/entry.js';

/** What a reader says, one event an item, as in `['text', 0, 'Hello']`. */
export type Said = readonly [what: string, ...details: unknown[]];

const line = (...said: Said): string => `${JSON.stringify(said)}\n`;

const WRITER: FrameWriter = {
  open: () => line('open'),
  text: (text, choice) => line('text', choice, fromWireText(text)),
  reasoning: (text, choice) => line('reasoning', choice, fromWireText(text)),
  toolCall: (delta, choice) => line('tool-call', choice, delta),
  finished: ({ finishReasons }) => line('finished', ...finishReasons),
  failed: ({ code }) => line('failed', code),
  cancelled: (reason) => line('cancelled', reason),
};

const sayPiece: FrameWriter['text'] = (text, choice) => line('piece', choice, fromWireText(text));

const sayScores: FrameWriter['scoredText'] = (text, logprobs, choice) =>
  line('scored', choice, fromWireText(text), logprobs);

/** Remembers what it is given, one item a write. */
export class RecordingSink implements StreamSink {
  readonly writes: Said[][] = [];
  readonly ends: Said[][] = [];
  readonly refusals: Failure[] = [];
  committed = false;
  isFull = false;

  write(frames: string): boolean {
    this.writes.push(read(frames));
    return !this.isFull;
  }

  end(frames: string): void {
    this.ends.push(read(frames));
  }

  refuse(failure: Failure): void {
    this.refusals.push(failure);
  }

  /** Every event of all writes. */
  get said(): Said[] {
    return [...this.writes, ...this.ends].flat();
  }

  get text(): string {
    return this.said
      .filter(([what, choice]) => what === 'text' && choice === 0)
      .map(([, , text]) => text)
      .join('');
  }
}

const read = (frames: string): Said[] =>
  frames
    .split('\n')
    .filter((frame) => frame !== '')
    .map((frame) => JSON.parse(frame) as Said);

export interface Follow {
  /** The writer says each piece by itself as well. */
  readonly saysPieces?: boolean;
  /** The writer has a word for what tokens scored. */
  readonly saysScores?: boolean;
  readonly settings?: Partial<ProfileSettings>;
  readonly position?: number;
  /** What is in the log before the reader comes. */
  readonly before?: (generation: Generation) => void;
}

/** A generation that a test feeds, and one reader of it. Needs fake timers. */
export function follow(
  profile: StreamingProfile,
  { settings, position, before, saysPieces, saysScores }: Follow = {},
) {
  const head = { id: 'chatcmpl-1', created: 1, model: 'phi3', agent: undefined, choices: 1 };
  const generation = new Generation(head, ANONYMOUS, BEGIN, () => undefined);
  before?.(generation);
  const sink = new RecordingSink();
  const reader = new LogReader(
    generation,
    profile,
    { ...profile.defaults, ...settings },
    {
      ...WRITER,
      ...(saysPieces && { piece: sayPiece }),
      ...(saysScores && { scoredText: sayScores }),
    },
    sink,
    position,
  );
  generation.attach(reader);
  return { generation, reader, sink };
}

export const say = (generation: Generation, ...pieces: string[]): void => {
  for (const piece of pieces) generation.append(textEntry(toWireText(piece), 0));
};
export const sayFor = (generation: Generation, choice: number, piece: string): void =>
  generation.appendTagged(textEntry(toWireText(piece), choice));
export const think = (generation: Generation, piece: string, choice = 0): void =>
  generation.appendTagged(reasoningEntry(toWireText(piece), choice));
export const callTool = (generation: Generation, index: number, piece: string): void =>
  generation.appendTagged(toolCallEntry({ index, arguments: piece }, 0));

/** What its token scored is any text here. */
export const sayScored = (generation: Generation, piece: string, logprobs: string): void =>
  generation.appendTagged(scoredEntry(toWireText(piece), logprobs, 0));

/** Lets what was marked to run in this turn of the event loop run. */
export const turn = (): void => void vi.advanceTimersByTime(0);
